package io.understudy.replica.round;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.LoadContext;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.round.SnapshotSource.Fetched;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.Spare;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of a round that change nothing that is live: {@code FETCH} to {@code STAGE}. */
public final class ImportSteps {
    private static final Logger LOG = LoggerFactory.getLogger(ImportSteps.class);

    private final ReplicaStateStore store;
    private final SnapshotSource source;
    private final SpareLoader loader;
    private final Stage stage;
    private final Clock clock;
    private final ImportChecks checks;
    private final AheadStaging staging;
    private final Consumer<SnapshotId> overwriting;

    /** @param overwriting runs before a snapshot is loaded that is to become live */
    public ImportSteps(
            ReplicaStateStore store,
            SnapshotSource source,
            SpareLoader loader,
            Stage stage,
            List<TreeSettings> trees,
            Consumer<SnapshotId> overwriting,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.source = source;
        this.loader = loader;
        this.stage = stage;
        this.clock = clock;
        this.checks = new ImportChecks(loader, trees, ticker);
        this.overwriting = overwriting;
        this.staging = new AheadStaging(source, stage, ticker);
    }

    Fetched fetch(SnapshotId wanted, Progress progress) {
        Optional<Following> live = store.state() instanceof Following now ? Optional.of(now) : Optional.empty();
        return source.fetch(wanted, live, progress);
    }

    void verify(Manifest manifest) {
        stage.requireFit(manifest);
        checks.check(manifest);
    }

    /** As {@link #verify}, but what was found well of an alike snapshot counts for ten minutes. */
    void verifyAhead(Manifest manifest) {
        stage.requireFit(manifest);
        checks.checkAhead(manifest);
    }

    /** It is loaded ahead; what is held where nothing is live yet is ahead of nothing. */
    void ahead(SnapshotId loaded) {
        if (store.state() instanceof Following following) {
            source.ahead(following, loaded);
        }
    }

    /**
     * @param ahead whether it is kept ready only
     * @param holds judges what was loaded; empty where an operator asked for this one, which is not held
     */
    LoadedSpare load(Manifest manifest, boolean ahead, Optional<HoldStep> holds, Progress progress) {
        if (!ahead) {
            overwriting.accept(manifest.snapshot());
        }
        return load(manifest, new RoundContext(manifest, ahead, true, Optional.empty()), holds, progress);
    }

    /** Loads it ahead by differences alone: to be given up, all of it would take too long. */
    LoadedSpare loadSoon(Manifest manifest, HoldStep holds, Progress progress) {
        return load(manifest, new RoundContext(manifest, true, false, Optional.empty()), Optional.of(holds), progress);
    }

    /** As {@link SpareLoader#isBehind}. */
    boolean isBehind(SnapshotId live) {
        return loader.isBehind(live);
    }

    /**
     * Brings that database up by differences alone to what is live: nothing is ahead afterwards.
     *
     * @param committing runs before each step that is durable by itself; may throw
     */
    LoadedSpare catchUp(Manifest live, Runnable committing, Progress progress) {
        return load(live, new RoundContext(live, true, false, Optional.of(committing)), Optional.empty(), progress);
    }

    /** What is held, by what the database says too, is noted before it could be ahead. */
    private LoadedSpare load(Manifest manifest, RoundContext context, Optional<HoldStep> holds, Progress progress) {
        ReplicaRecord before = store.record();
        LoadedSpare fresh;
        try {
            fresh = loader.load(manifest, source.blobs(), context, progress);
        } catch (RuntimeException e) {
            if (context.changed) {
                before.ahead().ifPresent(ahead -> takeBack(ahead, before, context, e));
            }
            throw e;
        }
        Ahead loaded = new Ahead(fresh.database(), manifest.snapshot(), manifest.moment(), clock.instant());
        boolean neverLive = context.changed || context.wasNeverLive(fresh.database());
        store.change(record -> record.withOwned(fresh.database()));
        holds.ifPresent(each -> each.judgeLoaded(manifest));
        if (holds.filter(each -> each.isHeld(manifest.snapshot())).isEmpty()) {
            store.change(record -> record.withLoaded(loaded, neverLive));
        }
        ReplicaPoint.SPARE_OWNED.reached();
        return fresh;
    }

    /** What was given up before anything of it was committed leaves ahead what was before. */
    private void takeBack(Ahead ahead, ReplicaRecord before, RoundContext context, RuntimeException failure) {
        boolean interrupted = Thread.interrupted();
        try {
            if ((interrupted || !context.inFull) && loader.takeBack(ahead.snapshot())) {
                store.change(record -> record.withLoaded(ahead, before.isNeverLive(ahead.database())));
            }
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A database whose content is being changed is not ahead: that is written down first. */
    private final class RoundContext implements LoadContext {
        private final Manifest manifest;
        private final boolean ahead;
        private final boolean inFull;
        private final Optional<Runnable> inQuiet;
        private boolean changed;

        RoundContext(Manifest manifest, boolean ahead, boolean inFull, Optional<Runnable> inQuiet) {
            this.manifest = manifest;
            this.ahead = ahead;
            this.inFull = inFull;
            this.inQuiet = inQuiet;
        }

        @Override
        public Optional<Manifest> held(SnapshotId snapshot) {
            return source.held(snapshot);
        }

        @Override
        public ErasedKeys erased(Manifest loaded) {
            return source.erased(loaded);
        }

        @Override
        public boolean ahead() {
            return ahead;
        }

        @Override
        public boolean inQuiet() {
            return inQuiet.isPresent();
        }

        @Override
        public void committing() {
            inQuiet.ifPresent(Runnable::run);
        }

        @Override
        public boolean mayTakeLong() {
            return inFull;
        }

        @Override
        public boolean wasNeverLive(DatabaseIdentity database) {
            return store.record().isNeverLive(database);
        }

        @Override
        public void changing() {
            changed = true;
            if (!store.record().spare().equals(Spare.UNKNOWN)) {
                store.change(ReplicaRecord::withoutAhead);
            }
        }

        /** The step that stages them plans once more, for the site may write, and finds the contents there. */
        @Override
        public void alongside() {
            if (ahead) {
                return;
            }
            try {
                stage.prepare(manifest, source.blobs(), Progress.none());
            } catch (RuntimeException e) {
                LOG.debug("the files of {} are staged after the load: {}", manifest.snapshot(), e.getMessage());
            }
        }
    }

    /** Stages the files of what is ahead, if it is time to. */
    void stageAhead(Manifest manifest, Progress progress) {
        staging.run(
                manifest,
                store.record().live().flatMap(DatabaseVersion::snapshot).flatMap(source::held),
                progress);
    }

    /** What staged files ahead was given up. */
    void stagingGivenUp() {
        staging.givenUp();
    }

    /** What is ahead is offered already. */
    void mergeIndexes() {
        loader.mergeIndexes();
    }

    /** The manifest, where the mirror holds it; asks this server's disk alone. */
    public Optional<Manifest> held(SnapshotId snapshot) {
        return source.held(snapshot);
    }

    /** As {@link Stage#prepare}, from the mirror. */
    public PlanSet stage(Manifest manifest, Progress progress) {
        return stage.prepare(manifest, source.blobs(), progress);
    }

    /** As {@link Stage#rewritten}. */
    public RewriteReport rewritten() {
        return stage.rewritten();
    }
}
