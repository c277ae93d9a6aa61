package io.understudy.replica.apply;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.ApplyIntent;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes a snapshot live: marker → stop the site → databases → config → secrets → files → marker again, naming the
 * snapshot → restart → proof. The marker goes first: a reboot between config and marker would start a second
 * production. When anything fails the intent is turned back.
 */
final class ApplyForward {
    private static final List<TreeKind> ORDER = List.of(
            TreeKind.GIT, TreeKind.CONFIG, TreeKind.SECRETS, TreeKind.BUCKET, TreeKind.INVENTORY, TreeKind.FILES);

    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final LiveDatabases databases;
    private final LiveTrees trees;
    private final SiteService site;
    private final RetryLog failures;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;

    ApplyForward(
            ReplicaStateStore store,
            BackupMode backup,
            LiveDatabases databases,
            LiveTrees trees,
            SiteService site,
            RetryLog failures,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.backup = backup;
        this.databases = databases;
        this.trees = trees;
        this.site = site;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** @param took gets the steps that ran */
    void run(ApplyIntent intent, Map<Step, Duration> took) {
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
        // Never creates the marker: when it was removed by hand, it stays removed.
        backup.renew("A snapshot is being imported.", intent.back().live().flatMap(DatabaseVersion::snapshot));
        ReplicaPoint.MARKER_RENEWED.reached();
        site.stop();
        ReplicaPoint.SITE_STOPPED.reached();
        if (!isLive(intent.fresh().database())) {
            backup.require();
            databases.arrange(
                    new Arrangement(Optional.of(intent.fresh().database()), Optional.empty(), intent.old()),
                    intent.retired().stream().collect(Collectors.toSet()));
            ReplicaPoint.DATABASES_SWAPPED.reached();
        }
        ORDER.forEach(kind -> {
            trees.forward(intent.plans(), kind);
            exchanged(kind).ifPresent(ReplicaPoint::reached);
        });
        backup.renew("This server follows the primary.", Optional.of(intent.snapshot()));
        ReplicaPoint.MARKER_NAMES_SNAPSHOT.reached();
    }

    private void requireMarkerOrSwapped(ApplyIntent intent) {
        if (!backup.on() && !isLive(intent.fresh().database())) {
            backup.require();
        }
    }

    private void giveUp(ApplyIntent intent, Step step, UnderstudyException failure) {
        events.report(new ReplicaEvent.StepFailed(step, failure));
        if (!backup.on() && isLive(intent.fresh().database())) {
            if (step == Step.APPLY) {
                throw failure;
            }
            events.report(new ReplicaEvent.UnprovenStays(intent.snapshot(), failure));
            accept(false);
            return;
        }
        events.report(new ReplicaEvent.ImportTurnsBack(intent.snapshot(), failure));
        store.change(record -> {
            FailedAttempt cause = step == Step.APPLY
                    ? failures.failedAttempt(record, Optional.of(intent.snapshot()), step, failure)
                    : failures.rejection(intent.snapshot(), step, failure);
            return record.with(record.state().failed(cause));
        });
        ReplicaPoint.RETURN_INTENDED.reached();
    }

    private void accept(boolean proven) {
        store.change(record -> record.with(record.state().accepted(proven, clock.instant())));
        ReplicaPoint.SNAPSHOT_ACCEPTED.reached();
    }

    private boolean isLive(DatabaseIdentity database) {
        return databases.look().live().filter(database::equals).isPresent();
    }

    private static Optional<ReplicaPoint> exchanged(TreeKind kind) {
        return switch (kind) {
            case CONFIG -> Optional.of(ReplicaPoint.CONFIG_EXCHANGED);
            case SECRETS -> Optional.of(ReplicaPoint.SECRETS_EXCHANGED);
            case FILES -> Optional.of(ReplicaPoint.FILES_EXCHANGED);
            case GIT, BUCKET, INVENTORY -> Optional.empty();
        };
    }

    private void timed(ApplyIntent intent, Step step, Map<Step, Duration> took, Runnable work) {
        events.report(new ReplicaEvent.StepBegan(intent.snapshot(), step));
        long start = ticker.nanos();
        work.run();
        took.put(step, ticker.since(start));
    }
}
