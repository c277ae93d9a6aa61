package io.understudy.replica.apply;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.events.ReplicaEvents;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.events.Step;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.ApplyIntent;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Applying;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the durable intent, forward or back, from wherever a crash left it. Every step can be repeated, so a restarted agent
 * begins the phase anew.
 *
 * <p>Forward: marker → stop the site → databases → config → secrets → files → marker again, naming the snapshot → restart →
 * proof. The marker goes first: a reboot between config and marker would start a second production. When anything fails it
 * goes back: databases, then files, secrets and config, then restart.
 *
 * <p>While the marker is gone no database is exchanged: what is live then carries the production's new rows. The files follow the database that
 * is live, so that the site is whole either way.
 *
 * <p>Not for concurrent use; the caller holds the apply lock and does not interrupt.
 */
public final class Applier {
    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);
    private static final List<TreeKind> FORWARD = List.of(TreeKind.CONFIG, TreeKind.SECRETS, TreeKind.FILES);
    private static final List<TreeKind> BACK = List.of(TreeKind.FILES, TreeKind.SECRETS, TreeKind.CONFIG);

    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final LiveDatabases databases;
    private final LiveTrees trees;
    private final Stage stage;
    private final SiteService site;
    private final RetryLog failures;
    private final ReplicaEvents events;
    private final Clock clock;
    private final Ticker ticker;

    public Applier(
            ReplicaStateStore store,
            BackupMode backup,
            LiveDatabases databases,
            LiveTrees trees,
            Stage stage,
            SiteService site,
            RetryLog failures,
            ReplicaEvents events,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.backup = backup;
        this.databases = databases;
        this.trees = trees;
        this.stage = stage;
        this.site = site;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * What became of an intent.
     *
     * @param undone why it went back; empty when the snapshot is live
     * @param unwell what failed of the site after it went back
     * @param took the steps that ran in this process
     */
    public record Outcome(
            Optional<FailedAttempt> undone, Optional<UnderstudyException> unwell, Map<Step, Duration> took) {}

    /**
     * Finishes the intent that is under way, if there is one.
     *
     * @throws UnderstudyException when it could be finished neither way; the intent stays and is tried again later
     */
    public Outcome finish() {
        Optional<FailedAttempt> undone = Optional.empty();
        Optional<UnderstudyException> unwell = Optional.empty();
        Map<Step, Duration> took = new EnumMap<>(Step.class);
        while (store.state() instanceof Applying applying) {
            ApplyIntent intent = applying.intent();
            switch (intent.phase()) {
                case FORWARD -> forward(intent, took);
                case PROVEN -> settle(intent);
                case BACK -> unwell = back(intent);
                case UNDONE -> undone = cleanUp(intent);
            }
        }
        return new Outcome(undone, unwell, took);
    }

    private void forward(ApplyIntent intent, Map<Step, Duration> took) {
        Step step = Step.APPLY;
        try {
            timed(intent, Step.APPLY, took, () -> exchange(intent));
            step = Step.RESTART;
            timed(intent, Step.RESTART, took, site::restart);
            ReplicaPoint.SITE_RESTARTED.reached();
            step = Step.PROVE;
            timed(intent, Step.PROVE, took, site::prove);
            ReplicaPoint.SITE_PROVEN.reached();
        } catch (RuntimeException e) {
            giveUp(intent, step, RetryLog.wrap(e, "apply " + intent.snapshot()));
            return;
        }
        accept(true);
    }

    private void exchange(ApplyIntent intent) {
        requireMarkerOrSwapped(intent);
        mark("A snapshot is being imported.", intent.back().live().flatMap(DatabaseVersion::snapshot));
        ReplicaPoint.MARKER_RENEWED.reached();
        site.stop();
        ReplicaPoint.SITE_STOPPED.reached();
        if (!isLive(intent.fresh())) {
            backup.require();
            databases.arrange(new Arrangement(Optional.of(intent.fresh()), intent.retired(), intent.old()));
            ReplicaPoint.DATABASES_SWAPPED.reached();
        }
        FORWARD.forEach(kind -> {
            trees.forward(intent.snapshot(), kind);
            exchanged(kind).reached();
        });
        mark("This server follows the primary.", Optional.of(intent.snapshot()));
        ReplicaPoint.MARKER_NAMES_SNAPSHOT.reached();
    }

    private void requireMarkerOrSwapped(ApplyIntent intent) {
        if (!backup.on() && !isLive(intent.fresh())) {
            backup.require();
        }
    }

    /** Never creates the marker: when it was removed by hand meanwhile, that stands. */
    private void mark(String reason, Optional<SnapshotId> snapshot) {
        backup.renew(reason, snapshot);
    }

    private void giveUp(ApplyIntent intent, Step step, UnderstudyException failure) {
        events.failed(step, failure);
        if (mustStay(intent)) {
            if (step == Step.APPLY) {
                throw failure;
            }
            LOG.warn(
                    "{} is live but unproven, and stays: the marker was removed. {}",
                    intent.snapshot(),
                    failure.getMessage());
            accept(false);
            return;
        }
        LOG.warn("{} failed, going back: {} ({})", intent.snapshot(), failure.getMessage(), failure.hint());
        store.change(ledger -> ledger.with(ledger.state().failed(cause(ledger, intent, step, failure))));
        ReplicaPoint.RETURN_INTENDED.reached();
    }

    private FailedAttempt cause(ReplicaRecord ledger, ApplyIntent intent, Step step, UnderstudyException failure) {
        return step == Step.APPLY
                ? failures.failedAttempt(ledger, Optional.of(intent.snapshot()), step, failure)
                : failures.rejection(intent.snapshot(), step, failure);
    }

    private void accept(boolean proven) {
        store.change(ledger -> ledger.with(ledger.state().accepted(proven, clock.instant())));
        ReplicaPoint.SNAPSHOT_ACCEPTED.reached();
    }

    /** The snapshot stays: what it replaced twice over goes. */
    private void settle(ApplyIntent intent) {
        intent.retired().ifPresent(databases::discard);
        ReplicaPoint.RETIRED_DROPPED.reached();
        trees.settle(intent.snapshot());
        ReplicaPoint.TREES_SETTLED.reached();
        store.change(ledger -> {
            ReplicaRecord next = intent.retired().map(ledger::withoutOwned).orElse(ledger);
            return next.with(next.state().settled()).preparing(Optional.empty()).succeeding(intent.snapshot());
        });
        ReplicaPoint.INTENT_CLEARED.reached();
    }

    /** @return what failed of the site, which stands on N-1 all the same */
    private Optional<UnderstudyException> back(ApplyIntent intent) {
        if (mustStay(intent)) {
            return turn(intent);
        }
        Optional<SnapshotId> target = intent.back().live().flatMap(DatabaseVersion::snapshot);
        quietly("name the snapshot in the marker", () -> mark("A snapshot was taken back.", target));
        ReplicaPoint.RETURN_MARKED.reached();
        quietly("stop the site", site::stop);
        ReplicaPoint.RETURN_SITE_STOPPED.reached();
        if (isLive(intent.fresh())) {
            if (!backup.on()) {
                quietly("start the site again", site::restart);
                return turn(intent);
            }
            clearSpare(intent);
            databases.arrange(new Arrangement(intent.old(), Optional.of(intent.fresh()), intent.retired()));
            ReplicaPoint.RETURN_DATABASES_SWAPPED.reached();
        }
        BACK.forEach(kind -> {
            trees.back(intent.snapshot(), kind);
            returned(kind).reached();
        });
        Optional<UnderstudyException> down = quietly("restart the site after going back", site::restart);
        Optional<UnderstudyException> unwell = quietly("prove the site after going back", site::prove);
        ReplicaPoint.RETURN_SITE_RESTARTED.reached();
        store.change(ledger -> ledger.with(ledger.state().undone()));
        ReplicaPoint.RETURN_DONE.reached();
        return down.or(() -> unwell);
    }

    /** What was loaded for a later attempt stands where the undone snapshot goes. It is loaded again when it is wanted. */
    private void clearSpare(ApplyIntent intent) {
        databases
                .look()
                .spare()
                .filter(spare ->
                        !spare.equals(intent.fresh()) && !intent.retired().equals(Optional.of(spare)))
                .filter(store.ledger().owned()::contains)
                .ifPresent(spare -> {
                    store.change(ledger -> ledger.preparing(Optional.empty()));
                    databases.discard(spare);
                });
    }

    /** What is live while the marker is gone carries the production's new rows. */
    private boolean mustStay(ApplyIntent intent) {
        return !backup.on() && isLive(intent.fresh());
    }

    private Optional<UnderstudyException> turn(ApplyIntent intent) {
        LOG.warn("{} stays live: the marker was removed before it was undone", intent.snapshot());
        store.change(ledger -> ledger.with(ledger.state().turned(clock.instant())));
        return Optional.empty();
    }

    private Optional<FailedAttempt> cleanUp(ApplyIntent intent) {
        if (intent.rejects()) {
            databases.discard(intent.fresh());
            ReplicaPoint.REJECTED_DROPPED.reached();
        }
        stage.discard(intent.snapshot());
        ReplicaPoint.STAGE_DISCARDED.reached();
        FailedAttempt cause = intent.cause().orElseThrow();
        store.change(ledger -> {
            ReplicaRecord settled = ledger.with(ledger.state().settled());
            ReplicaRecord next = cause.wanted() ? settled.withFailure(cause).withSuccess() : settled.failing(cause);
            return intent.rejects() ? next.withoutOwned(intent.fresh()).preparing(Optional.empty()) : next;
        });
        ReplicaPoint.RETURN_CLEARED.reached();
        Optional<DatabaseVersion> live = intent.back().live();
        events.wentBack(live.flatMap(DatabaseVersion::snapshot), live.flatMap(DatabaseVersion::moment));
        return Optional.of(cause);
    }

    /** Going back must get through: the site may be down for the very reason that it goes back. */
    private static Optional<UnderstudyException> quietly(String what, Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (UnderstudyException e) {
            LOG.error("cannot {}: {} ({})", what, e.getMessage(), e.hint());
            return Optional.of(e);
        } catch (RuntimeException e) {
            LOG.error("cannot {}: {}", what, e.getMessage(), e);
            return Optional.of(RetryLog.wrap(e, what));
        }
    }

    private static ReplicaPoint exchanged(TreeKind kind) {
        return switch (kind) {
            case CONFIG -> ReplicaPoint.CONFIG_EXCHANGED;
            case SECRETS -> ReplicaPoint.SECRETS_EXCHANGED;
            case FILES -> ReplicaPoint.FILES_EXCHANGED;
        };
    }

    private static ReplicaPoint returned(TreeKind kind) {
        return switch (kind) {
            case CONFIG -> ReplicaPoint.CONFIG_RETURNED;
            case SECRETS -> ReplicaPoint.SECRETS_RETURNED;
            case FILES -> ReplicaPoint.FILES_RETURNED;
        };
    }

    private boolean isLive(DatabaseIdentity database) {
        return databases.look().live().filter(database::equals).isPresent();
    }

    private void timed(ApplyIntent intent, Step step, Map<Step, Duration> took, Runnable work) {
        events.began(intent.snapshot(), step);
        long start = ticker.nanos();
        work.run();
        took.put(step, ticker.since(start));
    }

    static UnderstudyException spareGone(SnapshotId snapshot) {
        return new UnderstudyException(
                ErrorCode.LOAD_FAILED,
                "cannot apply " + snapshot + ": the database that was loaded for it is gone",
                "it is loaded again with the next attempt");
    }
}
