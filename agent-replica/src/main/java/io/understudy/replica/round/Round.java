package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.events.Step;
import io.understudy.replica.load.LoadReport;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.round.SnapshotSource.Fetched;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One import, step by step: {@code DISCOVER → FETCH → VERIFY → LOAD → STAGE → APPLY → RESTART → PROVE}. It looks at the
 * marker before every step; it remembers every failure; it does nothing at all when nothing is new. An apply that a
 * crash left is finished first. Continuous snapshots end with {@code LOAD}, and their files are staged, until a
 * scheduled one is due.
 *
 * <p>Not for concurrent use; the caller holds the apply lock. More than 300 lines with its imports, for the order of
 * the steps is judged best in one place.
 */
public final class Round {
    /** Not failures of an import: the role changed, or an operator mistyped. */
    private static final Set<ErrorCode> FORGOTTEN =
            EnumSet.of(ErrorCode.NOT_BACKUP_MODE, ErrorCode.SNAPSHOT_UNKNOWN, ErrorCode.CANCELLED);

    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final StateReconciler reconciler;
    private final Discovery discovery;
    private final Healing healing;
    private final ImportSteps steps;
    private final ApplyStep apply;
    private final RetryLog failures;
    private final Events events;
    private final Ticker ticker;
    private final AheadReport ahead;
    private final FullLoadPace fullLoads;
    private final HoldStep holds;
    private final SpareCatchUp catchUp;

    public Round(
            ReplicaStateStore store,
            BackupMode backup,
            StateReconciler reconciler,
            Discovery discovery,
            ImportSteps steps,
            ApplyStep apply,
            HoldStep holds,
            RetryLog failures,
            Events events,
            Ticker ticker) {
        this.store = store;
        this.backup = backup;
        this.reconciler = reconciler;
        this.discovery = discovery;
        this.healing = discovery.healing();
        this.steps = steps;
        this.apply = apply;
        this.holds = holds;
        this.failures = failures;
        this.events = events;
        this.ticker = ticker;
        this.ahead = new AheadReport(events, ticker);
        this.fullLoads = new FullLoadPace(ticker);
        this.catchUp = new SpareCatchUp(store, steps, events, ticker);
    }

    /**
     * @throws UnderstudyException what stopped it, remembered in the record; {@code CANCELLED} and
     *     {@code NOT_BACKUP_MODE} are not failures and leave no trace
     */
    public RoundResult run(ImportRequest ask, RoundControl control) {
        Journey journey = new Journey(control);
        try {
            return journey.run(ask);
        } catch (RuntimeException e) {
            throw journey.failed(e);
        } finally {
            control.end();
            events.report(new ReplicaEvent.RoundEnded());
        }
    }

    /** Prepares for the next import where nothing is due. @throws UnderstudyException {@code CANCELLED} */
    public void prepare(RoundControl control) {
        catchUp.run(control);
    }

    /**
     * @throws UnderstudyException {@code NOT_BACKUP_MODE}, {@code SNAPSHOT_UNKNOWN}: what a round that is asked for it
     *     would throw at once; changes nothing
     */
    public void require(SnapshotId wanted) {
        backup.require();
        discovery.require(wanted);
    }

    /** What one round knows. */
    private final class Journey {
        private final RoundControl control;
        private final Stopwatch watch = new Stopwatch(ticker);
        private final SnapshotSelector selector = discovery.selector();
        private Step step = Step.DISCOVER;
        private Optional<SnapshotId> snapshot = Optional.empty();
        private boolean continuous;
        private boolean remembered;

        Journey(RoundControl control) {
            this.control = control;
        }

        RoundResult run(ImportRequest ask) {
            Optional<SnapshotId> resumed = resume();
            control.begin();
            backup.require();
            reconciler.ensure();
            Discovery.Outcome outcome = discovery.look(ask, selector);
            List<Discrepancy> found = outcome.found();
            Optional<Choice> choice =
                    healing.choose(ask, found, outcome::choice).filter(each -> !each.ahead() || fullLoads.isDue());
            snapshot = choice.map(Choice::snapshot);
            continuous = choice.filter(Choice::continuous).isPresent();
            if (snapshot.isEmpty()) {
                boolean mirrored = healing.refillMirror(found, wanted -> steps.fetch(wanted, progress()));
                selector.clearTrouble();
                return new RoundResult(
                        resumed,
                        selector.waits(),
                        watch.total(),
                        0,
                        watch.steps(),
                        mirrored ? found : List.of(),
                        left(mirrored ? discovery.inspect() : found),
                        Optional.empty());
            }
            if (choice.get().ahead()) {
                return ahead(ask, found);
            }
            boolean again = healing.isOf(snapshot.get(), found);
            events.report(new ReplicaEvent.ImportBegan(snapshot.get(), again));
            ReplicaPoint.SNAPSHOT_CHOSEN.reached();
            Fetched fetched = during(Step.FETCH, () -> fetched(ask));
            boolean named = again || ask instanceof ImportRequest.Named;
            if (!named && holds.judge(fetched.manifest())) {
                return aheadOrHeld(fetched, found, true);
            }
            Optional<LoadedSpare> fresh = again && Healing.isOfFilesAlone(found)
                    ? Optional.empty()
                    : Optional.of(loaded(fetched.manifest(), named));
            if (!named && holds.isHeld(snapshot.get())) {
                return held(fetched, fresh.map(LoadedSpare::report), found);
            }
            PlanSet plans = during(Step.STAGE, () -> steps.stage(fetched.manifest(), progress()));
            RewriteReport files = steps.rewritten();
            if (ask instanceof ImportRequest.Newest) {
                requireSite();
            }
            apply(fresh.map(LoadedSpare::database), fetched.manifest(), plans);
            RewriteNotes.report(snapshot.get(), files, events);
            if (again) {
                healing.done(snapshot.get());
            }
            return new RoundResult(
                    snapshot,
                    Optional.empty(),
                    watch.total(),
                    fetched.bytes(),
                    watch.steps(),
                    found,
                    left(discovery.inspectAfter(fetched.manifest())),
                    fresh.map(LoadedSpare::report),
                    Optional.of(files));
        }

        /** The snapshot is whole in the spare afterwards; nothing that is live was touched. */
        private RoundResult ahead(ImportRequest ask, List<Discrepancy> found) {
            ReplicaPoint.SNAPSHOT_CHOSEN.reached();
            Fetched fetched = during(Step.FETCH, () -> fetched(ask));
            return aheadOrHeld(fetched, found, holds.judge(fetched.manifest()));
        }

        /** One that is held does not take the place of what is ahead: that is what a promotion serves. */
        private RoundResult aheadOrHeld(Fetched fetched, List<Discrepancy> found, boolean held) {
            if (held && store.record().ahead().isPresent()) {
                return held(fetched, Optional.empty(), found);
            }
            during(Step.VERIFY, () -> steps.verifyAhead(fetched.manifest()));
            // From here on a promotion that gives this up may have nothing ahead to serve.
            control.endsSoon();
            LoadedSpare loaded =
                    during(Step.LOAD, () -> steps.load(fetched.manifest(), true, Optional.of(holds), progress()));
            LoadDoubts.report(snapshot.get(), loaded.report(), events);
            fullLoads.loaded(loaded.report().again(), watch.total());
            if (holds.isHeld(snapshot.get())) {
                return held(fetched, Optional.of(loaded.report()), found);
            }
            store.change(record -> record.succeedingAhead(snapshot.get()));
            holds.passed(snapshot.get());
            ahead.loaded(
                    snapshot.get(),
                    fetched.manifest().moment(),
                    watch.total(),
                    loaded.report().text());
            steps.ahead(snapshot.get());
            if (control.goesOn() && backup.on()) {
                stageAhead(fetched.manifest());
                mergeIndexes();
            }
            return nothingLive(fetched, Optional.of(loaded.report()), found);
        }

        /** The round went well: what failed before is over, and the mirror keeps what is held. */
        private RoundResult held(Fetched fetched, Optional<LoadReport> loaded, List<Discrepancy> found) {
            store.change(record -> record.succeedingAhead(snapshot.get()));
            loaded.ifPresent(report -> steps.ahead(snapshot.get()));
            return nothingLive(fetched, loaded, found);
        }

        private RoundResult nothingLive(Fetched fetched, Optional<LoadReport> loaded, List<Discrepancy> found) {
            return RoundResult.notLive(watch.total(), fetched.bytes(), watch.steps(), left(found), loaded);
        }

        /** Whatever fails of it is left to the promotion, or to the import that makes it live. */
        private void stageAhead(Manifest manifest) {
            attempt(
                    Step.STAGE,
                    "stage the files of " + snapshot.get() + " ahead",
                    () -> steps.stageAhead(manifest, progress()));
            if (control.isCancelled()) {
                steps.stagingGivenUp();
            }
        }

        /** Indexes need it for speed alone. */
        private void mergeIndexes() {
            if (!control.isCancelled()) {
                attempt(Step.LOAD, "merge the indexes of " + snapshot.get(), steps::mergeIndexes);
            }
        }

        private void attempt(Step next, String work, Runnable attempt) {
            step = next;
            try {
                attempt.run();
            } catch (RuntimeException e) {
                if (!control.isCancelled()) {
                    events.report(new ReplicaEvent.AttemptFailed(work, e));
                }
            }
        }

        /** An older one, in spite of its number, is imported only when it is asked for. */
        private Fetched fetched(ImportRequest ask) {
            ReplicaRecord record = store.record();
            Optional<DatabaseVersion> live = record.live();
            Fetched fetched = steps.fetch(snapshot.get(), progress());
            boolean other = !live.flatMap(DatabaseVersion::snapshot).equals(snapshot);
            if (ask instanceof ImportRequest.Newest && other) {
                RepositoryLook.requireNotOlder(fetched.manifest(), live.flatMap(DatabaseVersion::moment));
                RepositoryLook.requireNotOlder(
                        fetched.manifest(),
                        record.ahead()
                                .filter(each -> each.snapshot().compareTo(snapshot.get()) < 0)
                                .map(Ahead::moment));
            }
            return fetched;
        }

        private List<Discrepancy> left(List<Discrepancy> inspected) {
            return Stream.concat(inspected.stream(), selector.findings().stream())
                    .toList();
        }

        /** @return the snapshot whose apply a crash had interrupted, now live */
        private Optional<SnapshotId> resume() {
            if (!(store.state() instanceof Applying applying)) {
                return Optional.empty();
            }
            step = Step.APPLY;
            Applier.Outcome outcome = apply.finish();
            outcome.took().forEach(watch::add);
            step = Step.DISCOVER;
            if (outcome.undone().isPresent()) {
                return Optional.empty();
            }
            apply.announce(Optional.empty());
            return Optional.of(applying.intent().snapshot());
        }

        private LoadedSpare loaded(Manifest manifest, boolean named) {
            during(Step.VERIFY, () -> steps.verify(manifest));
            Optional<HoldStep> judge = Optional.of(holds).filter(unused -> !named);
            LoadedSpare loaded = during(Step.LOAD, () -> steps.load(manifest, false, judge, progress()));
            events.report(new ReplicaEvent.DatabaseLoaded(
                    manifest.snapshot(), loaded.report().text()));
            LoadDoubts.reportOwn(snapshot.get(), loaded.report(), events);
            LoadDoubts.report(snapshot.get(), loaded.report(), events);
            return loaded;
        }

        /** When the site did not start with what is live either, the same attempt would only stop it once more. */
        private void requireSite() {
            boolean wasDown = store.record().failedAttempts().stream()
                    .filter(each -> continuous || each.snapshot().equals(snapshot))
                    .anyMatch(each -> !each.rejection() && (each.step() == Step.RESTART || each.step() == Step.PROVE));
            if (wasDown) {
                during(Step.RESTART, apply::requireSite);
            }
        }

        /** @param fresh the loaded database; empty: only the files of what is live are exchanged */
        private void apply(Optional<DatabaseIdentity> fresh, Manifest manifest, PlanSet plans) {
            step = Step.APPLY;
            backup.require();
            control.commit();
            // An interrupt that came too late to give the round up must not reach what may not be interrupted.
            Thread.interrupted();
            selector.passOver(snapshot.orElseThrow());
            Applier.Outcome outcome = fresh.map(database -> apply.forward(new DatabaseVersion(
                            database, snapshot, Optional.of(manifest.moment()), Optional.of(plans))))
                    .orElseGet(() -> apply.files(plans));
            outcome.took().forEach(watch::add);
            if (outcome.undone().isPresent()) {
                remembered = true;
                throw apply.wentBack(snapshot.get(), outcome.undone().get());
            }
            apply.announce(Optional.of(watch.total()));
            holds.becameLive(snapshot.get());
        }

        private <T> T during(Step next, Supplier<T> work) {
            step = next;
            backup.require();
            control.check();
            events.report(new ReplicaEvent.StepBegan(snapshot.get(), next));
            return watch.time(next, work);
        }

        private void during(Step next, Runnable work) {
            during(next, () -> {
                work.run();
                return null;
            });
        }

        private Progress progress() {
            return snapshot.<Progress>map(id -> (what, done, total) ->
                            events.report(new ReplicaEvent.StepProgressed(id, step, done, total)))
                    .orElse(Progress.none());
        }

        /** @return what to throw: the failure, or that the round was given up because of which it failed */
        UnderstudyException failed(RuntimeException thrown) {
            UnderstudyException failure = RetryLog.wrap(
                    thrown, step.label() + snapshot.map(id -> " " + id).orElse(""));
            if (control.isCancelled()) {
                return failure.code() == ErrorCode.CANCELLED ? failure : RoundControl.cancelled();
            }
            if (!remembered && !FORGOTTEN.contains(failure.code())) {
                events.report(new ReplicaEvent.StepFailed(step, failure));
                if (continuous) {
                    store.change(record -> failures.failedContinuous(record, snapshot.get(), step, failure));
                } else {
                    store.change(record -> failures.failed(record, snapshot, step, failure));
                }
            }
            return failure;
        }
    }
}
