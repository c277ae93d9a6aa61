package io.understudy.replica.round;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.LoadContext;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.replica.round.SnapshotSource.Fetched;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The steps of a round that change nothing that is live: {@code FETCH} to {@code STAGE}. */
public final class ImportSteps {
    private final ReplicaStateStore store;
    private final SnapshotSource source;
    private final SpareLoader loader;
    private final Stage stage;
    private final List<TreeSettings> trees;
    private final Clock clock;

    public ImportSteps(
            ReplicaStateStore store,
            SnapshotSource source,
            SpareLoader loader,
            Stage stage,
            List<TreeSettings> trees,
            Clock clock) {
        this.store = store;
        this.source = source;
        this.loader = loader;
        this.stage = stage;
        this.trees = List.copyOf(trees);
        this.clock = clock;
    }

    Fetched fetch(SnapshotId wanted, Progress progress) {
        Optional<Following> live = store.state() instanceof Following now ? Optional.of(now) : Optional.empty();
        return source.fetch(wanted, live, progress);
    }

    void verify(Manifest manifest) {
        TreesMatch.check(manifest, trees);
        loader.preflight(manifest);
    }

    LoadedSpare load(Manifest manifest, Progress progress) {
        LoadedSpare fresh = loader.load(manifest, source.blobs(), context(), progress);
        Ahead loaded =
                new Ahead(fresh.database(), manifest.snapshot(), manifest.moment(), clock.instant(), Optional.empty());
        store.change(record -> record.withOwned(fresh.database()).withLoaded(loaded));
        ReplicaPoint.SPARE_OWNED.reached();
        return fresh;
    }

    /** A database whose content is being changed is not ahead: that is written down first. */
    private LoadContext context() {
        return new LoadContext() {
            @Override
            public Optional<Manifest> held(SnapshotId snapshot) {
                return source.held(snapshot);
            }

            @Override
            public void changing() {
                if (store.record().ahead().isPresent()) {
                    store.change(ReplicaRecord::withoutAhead);
                }
            }
        };
    }

    PlanSet stage(Manifest manifest, Progress progress) {
        return stage.prepare(manifest, source.blobs(), progress);
    }
}
