package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.World;
import io.understudy.replica.load.LoadContext;
import io.understudy.replica.load.SpareLoader;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A loader may let files be staged while it builds indexes. */
class FilesNextToTheLoadTest {
    private final World world = World.standby();
    private int staged;
    private boolean fails;

    @Test
    void areStagedThereAndPlannedOnceMoreAfterwards() {
        SnapshotId first = world.source.commit(1, 1);

        assertThat(round().applied()).contains(first);

        assertThat(staged).isEqualTo(2);
        assertThat(world.content()).isEqualTo(first.toString());
    }

    @Test
    void areStagedAfterwardsWhereThatFailed() {
        fails = true;
        SnapshotId first = world.source.commit(1, 1);

        assertThat(round().applied()).contains(first);

        assertThat(world.content()).isEqualTo(first.toString());
        assertThat(world.store.record().failedAttempts()).isEmpty();
    }

    @Test
    void areNotStagedForWhatIsOnlyKeptReady() {
        SnapshotId first = world.source.commit(1, 1);
        round();
        int before = staged;
        world.source.continuous(1, 2, first);

        round();

        assertThat(world.store.record().ahead()).isPresent();
        assertThat(staged).isEqualTo(before);
    }

    private RoundResult round() {
        world.stage = (manifest, blobs, progress) -> {
            if (staged++ == 0 && fails) {
                throw new UnderstudyException(ErrorCode.DISK_FULL, "the disk is full", "free space");
            }
            return world.trees.prepare(manifest, blobs, progress);
        };
        return world.wiring(
                        AgentSettings.in(Path.of("/nonexistent"), List.of()),
                        world.databases,
                        new Alongside(world.databases),
                        world.site)
                .round(Events.none())
                .run(ImportRequest.newest(), new RoundControl());
    }

    /** Has the rows in at once. */
    private record Alongside(SpareLoader loader) implements SpareLoader {
        @Override
        public LoadedSpare load(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
            context.alongside();
            return loader.load(manifest, blobs, context, progress);
        }

        @Override
        public void preflight(Manifest manifest) {
            loader.preflight(manifest);
        }

        @Override
        public Optional<Base> base() {
            return loader.base();
        }

        @Override
        public Optional<DatabaseIdentity> holding(SnapshotId snapshot) {
            return loader.holding(snapshot);
        }

        @Override
        public List<TableDifference> compareLive(Manifest manifest, BlobSource blobs, Progress progress) {
            return loader.compareLive(manifest, blobs, progress);
        }

        @Override
        public void dropSpare() {
            loader.dropSpare();
        }
    }
}
