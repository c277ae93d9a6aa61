package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeWalker.Found;
import io.understudy.testing.RandomTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeWalkerTest {
    @TempDir
    Path temp;

    @Test
    void findsEverythingInOrder() throws IOException {
        new RandomTree(temp, 3).grow(300);
        List<SafePath> paths = walk(new TreeWalker(TreeRoot.of(temp), Excludes.none()));
        assertThat(paths).isSorted().doesNotHaveDuplicates().startsWith(SafePath.ROOT);
        try (Stream<Path> all = Files.walk(temp)) {
            assertThat(paths).hasSize((int) all.count());
        }
    }

    @Test
    void entersNoLinkNoExcludedAndNoSkippedFolder() throws IOException {
        for (String folder : List.of("a/x", "b/x", "c/x")) {
            Files.createDirectories(temp.resolve(folder));
        }
        Files.createSymbolicLink(temp.resolve("d"), temp.resolve("c"));
        TreeWalker walker = new TreeWalker(TreeRoot.of(temp), Excludes.of(List.of("a")));
        List<String> found = new ArrayList<>();
        for (Optional<Found> next = walker.next(); next.isPresent(); next = walker.next()) {
            found.add(next.get().path().toString());
            if (next.get().path().equals(SafePath.of("b"))) {
                walker.skip();
            }
        }
        assertThat(found).containsExactly(".", "b", "c", "c/x", "d");
    }

    @Test
    void walksOnlyAPart() throws IOException {
        Files.createDirectories(temp.resolve("a/b/c"));
        Files.createDirectories(temp.resolve("z"));
        assertThat(walk(new TreeWalker(TreeRoot.of(temp), Excludes.none(), SafePath.of("a/b"))))
                .containsExactly(SafePath.of("a/b"), SafePath.of("a/b/c"));
        assertThat(walk(new TreeWalker(TreeRoot.of(temp), Excludes.none(), SafePath.of("none"))))
                .isEmpty();
    }

    @Test
    void leavesOutWhatVanishesWhileItWalks() throws IOException {
        Files.createDirectories(temp.resolve("a/x"));
        Files.createDirectories(temp.resolve("b"));
        TreeWalker walker = new TreeWalker(TreeRoot.of(temp), Excludes.none());
        walker.next();
        assertThat(walker.next().orElseThrow().path()).isEqualTo(SafePath.of("a"));
        Files.delete(temp.resolve("a/x"));
        Files.delete(temp.resolve("a"));
        Files.delete(temp.resolve("b"));
        assertThat(walker.next()).isEmpty();
    }

    @Test
    void refusesARootThatIsNoFolder() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));
        assertThatThrownBy(() -> TreeRoot.of(file))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
        assertThatThrownBy(() -> TreeRoot.of(temp.resolve("none"))).isInstanceOf(UnderstudyException.class);
    }

    private static List<SafePath> walk(TreeWalker walker) {
        List<SafePath> paths = new ArrayList<>();
        for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
            paths.add(found.get().path());
        }
        return paths;
    }
}
