package io.understudy.replica.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.exchange.FileHook;
import io.understudy.files.TreeKind;
import io.understudy.repository.TreeData;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills the exchange at every single operation, and goes on or back from what is then on disk. */
@Tag("slow")
class TreeSwapCrashTest {
    /** Thousands of small operations: in memory where there is such a file system. */
    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            Path memory = Path.of("/dev/shm");
            return Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "understudy-")
                    : Files.createTempDirectory("understudy-");
        }
    }

    @TempDir(factory = InMemory.class)
    Path temp;

    /** Dies before the n-th operation. */
    private static final class Killer implements FileHook {
        private final AtomicInteger left;

        private Killer(int operations) {
            this.left = new AtomicInteger(operations);
        }

        @Override
        public void before(String operation, Path path) {
            if (left.getAndDecrement() == 0) {
                throw new Killed();
            }
        }
    }

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void goesOnFromEveryOperation() throws IOException {
        World world = new World(temp, 31);
        int operations = 0;
        for (boolean killed = true; killed; operations++) {
            world.reset();
            killed = world.killedForward(operations);
            world.bench.forward(2);
            assertThat(TreePrint.of(world.live)).as("killed at %s", operations).isEqualTo(world.after);
            world.bench.settle(2);
            world.bench.back(2);
            assertThat(TreePrint.of(world.live))
                    .as("back, killed at %s", operations)
                    .isEqualTo(world.before);
        }
        assertThat(operations).isGreaterThan(40);
    }

    @Tag("always")
    @Test
    void goesBackFromEveryOperation() throws IOException {
        World world = new World(temp, 32);
        int operations = 0;
        for (boolean killed = true; killed; operations++) {
            world.reset();
            killed = world.killedForward(operations);
            world.bench.back(2);
            assertThat(TreePrint.of(world.live)).as("killed at %s", operations).isEqualTo(world.before);
        }
        assertThat(operations).isGreaterThan(40);
    }

    @Test
    void goesBackFromEveryOperationOfGoingBack() throws IOException {
        World world = new World(temp, 33);
        int operations = 0;
        for (boolean killed = true; killed; operations++) {
            world.reset();
            world.bench.forward(2);
            if (operations % 2 == 0) {
                world.bench.settle(2);
            }
            killed = world.killedBack(operations);
            world.bench.back(2);
            assertThat(TreePrint.of(world.live)).as("killed at %s", operations).isEqualTo(world.before);
        }
        assertThat(operations).isGreaterThan(40);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void survivesAnyRowOfSnapshotsAndCrashes(long seed) throws IOException {
        Random random = new Random(seed);
        Path source = Files.createDirectory(temp.resolve("source"));
        Path live = Files.createDirectory(temp.resolve("live"));
        TreeBench bench = new TreeBench(temp.resolve("state"), live, TreeKind.FILES);
        RandomTree tree = new RandomTree(source, seed).grow(60);
        new RandomTree(live, seed + 100).grow(20);
        Optional<Integer> applied = Optional.empty();
        for (int n = 1; n <= 8; n++) {
            List<String> before = TreePrint.of(live);
            tree.mutate(random.nextInt(30));
            List<String> after = TreePrint.of(source);
            TreeData data = bench.take(source);
            bench.prepare(n, data);
            killed(bench, n, random.nextInt(60), true);
            if (random.nextInt(3) == 0) {
                killed(bench, n, random.nextInt(60), false);
                bench.back(n);
                bench.undone(applied);
                assertThat(TreePrint.of(live)).isEqualTo(before);
                continue;
            }
            bench.forward(n);
            assertThat(TreePrint.of(live)).isEqualTo(after);
            bench.settle(n);
            applied = Optional.of(n);
            if (random.nextInt(4) == 0) {
                killed(bench, n, random.nextInt(60), false);
                bench.back(n);
                applied = Optional.empty();
                bench.undone(applied);
                assertThat(TreePrint.of(live)).isEqualTo(before);
            }
        }
    }

    private static boolean killed(TreeBench bench, int snapshot, int operations, boolean forward) {
        TreeSwap swap = new TreeSwap(bench.state, new Killer(operations));
        try {
            if (forward) {
                swap.forward(bench.plans(snapshot), bench.kind);
            } else {
                swap.back(bench.plans(snapshot), bench.kind);
            }
            return false;
        } catch (Killed e) {
            return true;
        }
    }

    /** A live tree, and a second snapshot that changes, replaces, adds and deletes every kind of thing. */
    private static final class World {
        private final Path temp;
        private final Path first;
        private final Path second;
        private final List<String> before;
        private final List<String> after;
        private Path live;
        private TreeBench bench;
        private int runs;

        private World(Path temp, long seed) throws IOException {
            this.temp = temp;
            this.first = Files.createDirectory(temp.resolve("first"));
            this.second = Files.createDirectory(temp.resolve("second"));
            fill(first, "1");
            fill(second, "2");
            kinds(first, false);
            kinds(second, true);
            new RandomTree(first, seed).grow(6);
            new RandomTree(second, seed + 1).grow(6);
            this.before = TreePrint.of(first);
            this.after = TreePrint.of(second);
        }

        private static void fill(Path root, String content) throws IOException {
            for (String name :
                    List.of("same/a", "same/b", "changed", content + "/only/here", content + "/only/there")) {
                Path file = root.resolve(name);
                Files.createDirectories(file.getParent());
                Files.writeString(file, name.startsWith("same") ? "same" : content);
            }
        }

        /** Every kind becomes every other. */
        private static void kinds(Path root, boolean turned) throws IOException {
            String[] kinds = {"file", "folder", "link"};
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    make(root.resolve("k" + i + j), kinds[turned ? j : i], turned);
                }
            }
        }

        private static void make(Path path, String kind, boolean turned) throws IOException {
            switch (kind) {
                case "file" -> Files.writeString(path, "file " + turned);
                case "link" -> Files.createSymbolicLink(path, Path.of("to " + turned));
                default -> {
                    Files.createDirectory(path);
                    Files.writeString(path.resolve("in it"), "x" + turned);
                    Files.createDirectory(path.resolve("empty"));
                }
            }
        }

        /** The first snapshot is live, the second is staged. */
        private void reset() throws IOException {
            Path run = Files.createDirectory(temp.resolve("run" + runs++));
            live = Files.createDirectory(run.resolve("live"));
            bench = new TreeBench(run.resolve("state"), live, TreeKind.FILES);
            bench.apply(1, first);
            bench.prepare(2, bench.take(second));
        }

        private boolean killedForward(int operations) {
            return killed(bench, 2, operations, true);
        }

        private boolean killedBack(int operations) {
            return killed(bench, 2, operations, false);
        }
    }
}
