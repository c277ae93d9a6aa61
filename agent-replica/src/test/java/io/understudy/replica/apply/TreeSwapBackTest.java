package io.understudy.replica.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.TreeData;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The way back to the snapshot before. */
class TreeSwapBackTest extends SwappedTree {
    @Test
    void takesBackExactly() throws IOException {
        new RandomTree(live, 4).grow(100);
        new RandomTree(source, 5).grow(100);
        List<String> before = TreePrint.of(live);
        bench.prepare(1, bench.take(source));
        assertThat(TreePrint.of(live)).as("staging touches nothing live").isEqualTo(before);
        bench.forward(1);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));

        bench.back(1);

        assertThat(TreePrint.of(live)).isEqualTo(before);
        bench.stager().discard(TreeBench.id(1));
        assertThat(live.resolve(".understudy/undo")).isEmptyDirectory();
        assertThat(live.resolve(".understudy/stage")).isEmptyDirectory();
    }

    @Test
    void takesBackTheSecondSnapshotAfterItSettled() throws IOException {
        RandomTree tree = new RandomTree(source, 6).grow(80);
        bench.apply(1, source);
        List<String> first = TreePrint.of(live);
        tree.mutate(60);
        bench.apply(2, source);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
        assertThat(bench.swap().canGoBack(TreeBench.id(1))).isFalse();
        assertThat(bench.swap().canGoBack(TreeBench.id(2))).isTrue();

        bench.back(2);
        bench.settle(2);

        assertThat(TreePrint.of(live)).isEqualTo(first);
        assertThat(live.resolve(".understudy/undo")).isEmptyDirectory();
        bench.apply(3, source);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
    }

    @Test
    void keepsTheWayBackWhenALaterSnapshotIsUndone() throws IOException {
        RandomTree tree = new RandomTree(source, 7).grow(40);
        bench.apply(1, source);
        List<String> first = TreePrint.of(live);
        tree.mutate(30);
        bench.apply(2, source);
        List<String> second = TreePrint.of(live);
        tree.mutate(30);
        bench.prepare(3, bench.take(source));
        bench.forward(3);
        bench.back(3);
        bench.stager().discard(TreeBench.id(3));
        assertThat(TreePrint.of(live)).isEqualTo(second);

        bench.back(2);

        assertThat(TreePrint.of(live)).isEqualTo(first);
    }

    /** An attempt that failed for this server's sake: the next one goes on with what is staged. */
    @Test
    void whatIsStagedIsKeptForTheNextAttempt() throws IOException {
        RandomTree tree = new RandomTree(source, 17).grow(40);
        bench.apply(1, source);
        List<String> first = TreePrint.of(live);
        tree.mutate(40);
        TreeData data = bench.take(source);
        bench.prepare(2, data);
        List<String> staged = stagedFiles();
        bench.forward(2);
        bench.back(2);

        bench.stager().keep(TreeBench.id(2));
        bench.stager().keep(TreeBench.id(2));
        bench.swap().clear(Optional.of(TreeBench.id(1)));

        assertThat(TreePrint.of(live)).isEqualTo(first);
        assertThat(stagedFiles()).isEqualTo(staged);
        assertThat(bench.swap().canGoBack(TreeBench.id(1))).isTrue();
        bench.prepare(2, data);
        assertThat(stagedFiles()).isEqualTo(staged);
        bench.forward(2);
        bench.settle(2);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
    }

    @Test
    void keepsTheWayBackWhenTheSameSnapshotIsPreparedAgainAndDiscarded() throws IOException {
        RandomTree tree = new RandomTree(source, 8).grow(30);
        bench.apply(1, source);
        List<String> first = TreePrint.of(live);
        tree.mutate(20);
        bench.apply(2, source);
        Files.writeString(live.resolve("tampered"), "x");
        bench.prepare(2, bench.take(source));
        bench.stager().discard(TreeBench.id(2));
        Files.delete(live.resolve("tampered"));

        bench.back(2);

        assertThat(TreePrint.of(live)).isEqualTo(first);
    }

    @Test
    void canStillGoBackWhenTheSameSnapshotWasPreparedAgain() throws IOException {
        RandomTree tree = new RandomTree(source, 14).grow(30);
        bench.apply(1, source);
        List<String> first = TreePrint.of(live);
        tree.mutate(20);
        bench.apply(2, source);
        bench.prepare(2, bench.take(source));
        assertThat(bench.swap().canGoBack(TreeBench.id(2))).isTrue();
        bench.swap().dropUnbegun(TreeBench.id(2));
        bench.back(2);
        bench.settle(2);
        assertThat(TreePrint.of(live)).isEqualTo(first);
    }

    /** A command asks before its operator has said yes, and while the daemon may be applying just what is prepared. */
    @Test
    void aLookWhetherItCanGoBackLeavesWhatIsPrepared() throws IOException {
        RandomTree tree = new RandomTree(source, 15).grow(30);
        bench.apply(1, source);
        tree.mutate(20);
        bench.apply(2, source);
        Files.writeString(live.resolve("tampered"), "x");
        bench.prepare(2, bench.take(source));

        assertThat(bench.swap().canGoBack(TreeBench.id(2))).isTrue();

        bench.forward(2);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
    }

    @Test
    void appliesTheSameSnapshotAgain() throws IOException {
        new RandomTree(source, 9).grow(30);
        bench.apply(1, source);
        Files.writeString(live.resolve("tampered"), "x");
        List<String> tampered = TreePrint.of(live);
        bench.apply(1, source);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));

        bench.back(1);

        assertThat(TreePrint.of(live)).isEqualTo(tampered);
    }

    @Test
    void repeatsEveryCallWithoutHarm() throws IOException {
        new RandomTree(live, 10).grow(50);
        new RandomTree(source, 11).grow(50);
        List<String> before = TreePrint.of(live);
        bench.prepare(1, bench.take(source));
        bench.prepare(1, bench.take(source));
        bench.forward(1);
        bench.forward(1);
        bench.settle(1);
        bench.settle(1);
        bench.forward(1);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
        bench.back(1);
        bench.back(1);
        assertThat(TreePrint.of(live)).isEqualTo(before);
        bench.settle(1);
        bench.settle(1);
        bench.back(1);
        assertThat(TreePrint.of(live)).isEqualTo(before);
    }

    @Test
    void leavesAFolderThatHoldsForeignFilesOnTheWayBack() throws IOException {
        write(source, "folder/a", "new");
        bench.prepare(1, bench.take(source));
        bench.forward(1);
        write(live, "folder/foreign", "x");
        bench.back(1);
        assertThat(live.resolve("folder/a")).doesNotExist();
        assertThat(live.resolve("folder/foreign")).hasContent("x");
    }

    private List<String> stagedFiles() throws IOException {
        return TreePrint.of(live.resolve(".understudy/stage")).stream()
                .filter(line -> line.contains(" FILE "))
                .toList();
    }
}
