package io.understudy.replica.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.PlanSet;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An undo folder that can't be deleted: {@code chattr +i} below it, or, without root's rights, a folder above it that
 * can't be written.
 */
class UndeletableUndoTest extends SwappedTree {
    private final Deque<Runnable> mending = new ArrayDeque<>();

    @BeforeEach
    void follow() throws IOException {
        write(source, "a", "one");
        bench.apply(1, source);
        write(source, "a", "two");
        bench.apply(2, source);
        assertThat(contents(undo(2))).as("what the second replaced").containsExactly("one");
    }

    @AfterEach
    void mend() {
        mending.forEach(Runnable::run);
    }

    @Test
    void theNextImportIsAppliedAndSettledAndCanBeTakenBack() throws IOException {
        protect(2);
        write(source, "a", "three");
        bench.prepare(3, bench.take(source));
        bench.forward(3);
        bench.swap().settle(bench.plans(3));

        assertThatThrownBy(() -> clear(3)).isInstanceOf(UnderstudyException.class);
        assertThat(live.resolve("a")).hasContent("three");
        assertThat(bench.canGoBack(3)).isTrue();
        assertThat(contents(undo(3))).containsExactly("two");

        mend();
        clear(3);
        assertThat(undo(2)).doesNotExist();
        assertThat(state()).containsExactly(bench.plans(3).name());
        bench.back(3);
        assertThat(live.resolve("a")).hasContent("two");
    }

    @Test
    void theSameSnapshotIsImportedAgainWithAnUndoFolderOfItsOwn() throws IOException {
        List<String> second = TreePrint.of(live);
        protect(2);
        write(source, "a", "three");
        bench.prepare(3, bench.take(source));
        bench.forward(3);
        bench.swap().settle(bench.plans(3));
        assertThatThrownBy(() -> clear(3)).isInstanceOf(UnderstudyException.class);
        List<String> third = TreePrint.of(live);

        write(source, "a", "two");
        bench.prepare(2, bench.take(source));
        bench.forward(2);
        bench.swap().settle(bench.plans(2));
        assertThatThrownBy(() -> clear(2)).isInstanceOf(UnderstudyException.class);
        assertThat(live.resolve("a")).hasContent("two");
        assertThat(TreePrint.of(live)).hasSameSizeAs(second);

        mend();
        clear(2);
        assertThat(live.resolve(".understudy/undo")).isDirectoryNotContaining(path -> !path.equals(undo(2)));
        bench.back(2);
        assertThat(TreePrint.of(live)).isEqualTo(third);
    }

    @Test
    void whatWasStagedForAnotherSnapshotIsInNobodysWay() throws IOException {
        write(source, "a", "three");
        write(source, "b", "new");
        bench.prepare(3, bench.take(source));
        protect(live.resolve(".understudy/stage").resolve(bench.plans(3).name()));

        write(source, "a", "four");
        bench.prepare(4, bench.take(source));
        bench.forward(4);
        bench.swap().settle(bench.plans(4));

        assertThatThrownBy(() -> clear(4)).isInstanceOf(UnderstudyException.class);
        assertThat(live.resolve("a")).hasContent("four");
        mend();
        clear(4);
        assertThat(live.resolve(".understudy/stage")).isEmptyDirectory();
    }

    @Test
    void aPlanThatCouldNotBeSettledHoldsUpNoLaterImportOfTheSameSnapshot() throws IOException {
        write(source, "a", "three");
        PlanSet first = bench.prepare(3, bench.take(source));
        bench.forward(3);
        List<String> third = TreePrint.of(live);

        bench.prepare(3, bench.take(source));
        assertThat(bench.swap().canGoBack(first)).isTrue();
        bench.swap().back(first, bench.kind);
        assertThat(live.resolve("a")).hasContent("two");

        bench.prepare(3, bench.take(source));
        bench.forward(3);
        bench.settle(3);
        assertThat(TreePrint.of(live)).isEqualTo(third);
    }

    private void clear(int current) {
        bench.undone(Optional.of(current));
    }

    private Path undo(int sequence) {
        return live.resolve(".understudy/undo").resolve(bench.plans(sequence).name());
    }

    private static List<String> contents(Path folder) throws IOException {
        List<String> contents = new ArrayList<>();
        try (var all = Files.list(folder)) {
            for (Path file : all.toList()) {
                contents.add(Files.readString(file));
            }
        }
        return contents;
    }

    private List<String> state() throws IOException {
        try (var all = Files.list(bench.state.resolve("stage"))) {
            return all.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private void protect(int sequence) throws IOException {
        protect(undo(sequence));
    }

    private void protect(Path folder) throws IOException {
        if (Files.isWritable(Path.of("/"))) {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    assumeTrue(chattr("+i", file), "the file system knows no immutable files");
                    mending.add(() -> chattr("-i", file));
                }
            }
        } else {
            Files.setPosixFilePermissions(folder.getParent(), PosixFilePermissions.fromString("r-x------"));
            mending.add(() -> open(folder.getParent()));
        }
    }

    private static void open(Path folder) {
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean chattr(String flag, Path file) {
        try {
            return new ProcessBuilder("chattr", flag, file.toString()).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
