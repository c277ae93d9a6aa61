package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.progress.Progress;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.Interposed;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pruning together with snapshots, readers and another server, interleaved at each call to the filestore in an order
 * drawn by a seed, while days pass. After every call all that any manifest names is there. Words come and go and come
 * again, so that snapshots write again what is about to be deleted.
 */
class PruningRaceTest {
    private static final Duration GRACE = Duration.ofHours(24);
    private static final RetentionSettings SETTINGS =
            new RetentionSettings(Map.of("hourly", 1, "daily", 1), 1, GRACE, true);
    private static final Set<ErrorCode> MAY_HAPPEN = EnumSet.of(ErrorCode.LOCKED, ErrorCode.FENCED);

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("seeds")
    void besideSnapshotsOfTheSameServer(long seed) throws InterruptedException {
        World world = new World(seed, false);
        Server server = world.server("a");
        server.claim(1);
        world.turns.actor("snapshots", () -> world.snapshots(world.server("a"), 8));
        world.turns.actor("pruning", () -> world.prunings(world.server("a"), 6));
        world.turns.actor("another pruning", () -> world.prunings(world.server("a"), 3));
        world.turns.actor("time", () -> world.days(60));
        world.turns.run();

        world.end(server);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void besideReaders(long seed) throws InterruptedException {
        World world = new World(seed, false);
        Server server = world.server("a");
        server.claim(1);
        world.turns.actor("snapshots", () -> world.snapshots(world.server("a"), 6));
        world.turns.actor("pruning", () -> world.prunings(world.server("a"), 6));
        world.turns.actor("reader", () -> world.readings(6));
        world.turns.actor("time", () -> world.days(40));
        world.turns.run();

        world.end(server);
    }

    /**
     * The old primary is still at it: it looks at a blob and deletes it in one go, that is as close as two requests can
     * be.
     */
    @ParameterizedTest
    @MethodSource("seeds")
    void besideAServerThatIsPromoted(long seed) throws InterruptedException {
        World world = new World(seed, true);
        world.server("a").claim(1);
        Server promoted = world.server("b");
        world.turns.actor("old snapshots", () -> world.snapshots(world.server("a"), 6));
        world.turns.actor("old pruning", () -> world.prunings(world.server("a"), 6));
        world.turns.actor("promoted", () -> {
            world.wait(60);
            promoted.claim(2);
            world.snapshots(promoted, 5);
        });
        world.turns.actor("pruning", () -> world.prunings(world.server("b"), 6));
        world.turns.actor("time", () -> world.days(60));
        world.turns.run();

        world.end(promoted);
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("understudy.seeds", 8));
    }

    private final class World {
        private final Random random;
        private final FakeTicker time = new FakeTicker();
        private final InMemoryFilestore filestore = new InMemoryFilestore(time);
        private final Whole whole = new Whole(filestore);
        private final boolean deletesAtOnce;
        private final Turns turns;

        World(long seed, boolean deletesAtOnce) {
            this.random = new Random(seed);
            this.deletesAtOnce = deletesAtOnce;
            this.turns = new Turns(random, whole::check);
            Server.create(filestore, time);
        }

        /** The same server for the same name; every agent with eyes of its own. */
        Server server(String name) {
            Ticker ticker = new Ticker() {
                @Override
                public long nanos() {
                    return time.nanos();
                }

                @Override
                public void sleep(Duration pause) throws InterruptedException {
                    turns.next();
                    time.sleep(pause);
                }
            };
            return new Server(name, folder, new Stepped(filestore), time, ticker);
        }

        void snapshots(Server server, int count) {
            for (int i = 0; i < count; i++) {
                server.words(random.ints(1 + random.nextInt(3), 0, 6)
                        .mapToObj(word -> "word" + word)
                        .toArray(String[]::new));
                attempt(() -> server.take(random.nextInt(3) == 0 ? "daily" : "hourly"));
                wait(random.nextInt(20));
            }
        }

        void prunings(Server server, int count) {
            for (int i = 0; i < count; i++) {
                attempt(() -> server.prune(SETTINGS));
                wait(random.nextInt(30));
            }
        }

        /**
         * Reads a snapshot to its end. One that falls short was deleted, as a whole: the reader takes the newest then.
         */
        void readings(int count) {
            Repository own = server("reader").repository();
            for (int i = 0; i < count; i++) {
                List<SnapshotId> all = own.list();
                all.stream().skip(random.nextInt(2)).findFirst().ifPresent(wanted -> {
                    own.reports().write(report(wanted));
                    read(own, wanted);
                });
                wait(random.nextInt(10));
            }
        }

        private void read(Repository own, SnapshotId wanted) {
            try {
                SnapshotBlobs.forEach(
                        own.read(wanted), own.blobs(), part -> own.blobs().check(part.blob()));
            } catch (UnderstudyException e) {
                assertThat(e.code()).isIn(ErrorCode.SNAPSHOT_UNKNOWN, ErrorCode.BLOB_MISSING);
                assertThat(own.list()).doesNotContain(wanted);
            }
        }

        private ReplicaReport report(SnapshotId held) {
            return new ReplicaReport(
                    "standby-1",
                    Optional.empty(),
                    Optional.empty(),
                    List.of(held),
                    Optional.empty(),
                    time.now(),
                    "0.1.0",
                    Optional.empty(),
                    Optional.empty());
        }

        void days(int steps) {
            for (int i = 0; i < steps; i++) {
                time.advance(Duration.ofMinutes(random.nextInt(600)));
                wait(random.nextInt(8));
            }
        }

        void wait(int turnsOfOthers) {
            for (int i = 0; i < turnsOfOthers; i++) {
                turns.next();
            }
        }

        /** When all is quiet nothing is missing, nothing damaged, and nothing too much is left. */
        void end(Server server) {
            time.advance(GRACE.plusSeconds(1));
            server.prune(SETTINGS);
            Repository repository = server.repository();
            List<SnapshotId> left = repository.list();
            assertThat(left).isNotEmpty();
            left.forEach(snapshot -> new Verification(1).verify(repository, snapshot, Progress.none()));
            assertThat(whole.blobs()).isEqualTo(whole.needed());
        }

        private void attempt(Runnable action) {
            try {
                action.run();
            } catch (UnderstudyException e) {
                assertThat(e.code()).isIn(MAY_HAPPEN);
            }
        }

        private final class Stepped extends Interposed {
            Stepped(Filestore inner) {
                super(inner);
            }

            @Override
            protected void before(Operation operation, String key) {
                if (!(deletesAtOnce && operation == Operation.DELETE && key.startsWith("blobs/"))) {
                    turns.next();
                }
            }

            @Override
            protected void after(Operation operation, String key) {}
        }
    }
}
