package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.filestore.Filestore;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.Interposed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills the pruning before and after each of its calls to the filestore: nothing that is needed is missing then, and
 * the next one ends it.
 */
@Tag("slow")
class PruningCrashTest {
    private static final RetentionSettings SETTINGS =
            new RetentionSettings(Map.of("hourly", 2, "daily", 1), 2, Duration.ofHours(24), true);

    @TempDir
    Path folder;

    private int worlds;

    @Tag("always")
    @ParameterizedTest
    @ValueSource(longs = 1)
    void atEveryCall(long seed) {
        End undisturbed = new World(seed).pruned();
        assertThat(undisturbed.blobs()).isNotEmpty();
        int calls = undisturbed.calls();
        assertThat(calls).isGreaterThan(30);
        for (int call = 1; call <= calls; call++) {
            for (boolean done : new boolean[] {false, true}) {
                World world = new World(seed);
                assertThat(world.killedAt(call, done)).isTrue();
                world.whole.check();
                End end = world.pruned();
                assertThat(end.snapshots()).isEqualTo(undisturbed.snapshots());
                assertThat(end.blobs()).isEqualTo(undisturbed.blobs());
            }
        }
    }

    private record End(List<SnapshotId> snapshots, Set<String> blobs, int calls) {}

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final class World {
        private final FakeTicker time = new FakeTicker();
        private final InMemoryFilestore filestore = new InMemoryFilestore(time);
        private final Path home = folder.resolve(String.valueOf(++worlds));
        private final Whole whole = new Whole(filestore);

        World(long seed) {
            Random random = new Random(seed);
            Server.create(filestore, time);
            Server server = server(filestore);
            server.claim(1);
            for (int i = 0; i < 5; i++) {
                server.words(words(random));
                server.take(random.nextInt(3) == 0 ? "daily" : "hourly");
                time.advance(Duration.ofMinutes(30 + random.nextInt(600)));
            }
            time.advance(Duration.ofHours(random.nextInt(30)));
        }

        private String[] words(Random random) {
            return random.ints(1 + random.nextInt(4), 0, 12)
                    .mapToObj(i -> "word" + i)
                    .toArray(String[]::new);
        }

        private Server server(Filestore store) {
            return new Server("a", home, store, time, time);
        }

        /** @return whether it came to that call */
        boolean killedAt(int call, boolean done) {
            Killing killing = new Killing(filestore, call, done);
            try {
                server(killing).prune(SETTINGS);
                return false;
            } catch (Killed e) {
                return true;
            }
        }

        End pruned() {
            Killing counting = new Killing(filestore, Integer.MAX_VALUE, false);
            server(counting).prune(SETTINGS);
            whole.check();
            return new End(server(filestore).repository().list(), whole.blobs(), counting.calls);
        }
    }

    private static final class Killing extends Interposed {
        private final int last;
        private final boolean done;
        private int calls;

        Killing(Filestore inner, int last, boolean done) {
            super(inner);
            this.last = last;
            this.done = done;
        }

        @Override
        protected void before(Operation operation, String key) {
            calls++;
            if (calls == last && !done || calls > last) {
                throw new Killed();
            }
        }

        @Override
        protected void after(Operation operation, String key) {
            if (calls == last) {
                throw new Killed();
            }
        }
    }
}
