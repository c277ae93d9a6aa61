package io.understudy.replica.apply;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.ApplyIntent;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Applying;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Carries out the durable intent, forward or back, from wherever a crash left it. Every step can be repeated, so a
 * restarted agent starts the phase over: {@link ApplyForward}, {@link ApplyBack}. A snapshot that is proven is live
 * from then on, whatever else fails: what it replaced is removed by {@link CleanUp}.
 *
 * <p>While the marker is gone no database is exchanged: what is live then carries the production's new rows. The files
 * follow the database that is live, so that the site is whole either way.
 *
 * <p>Not for concurrent use; the caller holds the apply lock and does not interrupt.
 */
public final class Applier {
    private final ReplicaStateStore store;
    private final LiveTrees trees;
    private final Events events;
    private final Clock clock;
    private final ApplyForward forward;
    private final ApplyBack back;

    public Applier(
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
        this.trees = trees;
        this.events = events;
        this.clock = clock;
        this.forward = new ApplyForward(store, backup, databases, trees, site, failures, events, clock, ticker);
        this.back = new ApplyBack(store, backup, databases, trees, site, events, clock);
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
                case FORWARD -> forward.run(intent, took);
                case PROVEN -> settle(intent);
                case BACK -> unwell = back.run(intent);
                case UNDONE -> undone = conclude(intent);
            }
        }
        return new Outcome(undone, unwell, took);
    }

    /** The snapshot stays. */
    private void settle(ApplyIntent intent) {
        Attempt.of(events, "keep the hashes of the files of " + intent.snapshot(), () -> trees.settle(intent.plans()));
        ReplicaPoint.TREES_SETTLED.reached();
        store.change(record -> {
            ReplicaRecord next = intent.retired().map(record::withoutOwned).orElse(record);
            return next.with(next.state().settled())
                    .succeeding(intent.snapshot())
                    .withCleanUpDue(clock.instant());
        });
        ReplicaPoint.INTENT_CLEARED.reached();
    }

    private Optional<FailedAttempt> conclude(ApplyIntent intent) {
        FailedAttempt cause = intent.cause().orElseThrow();
        store.change(record -> {
            ReplicaRecord settled = record.with(record.state().settled()).withCleanUpDue(clock.instant());
            ReplicaRecord next =
                    cause.wanted() ? settled.withFailure(cause).withSuccess() : settled.withFailedImport(cause);
            return intent.rejects() ? next.withoutOwned(intent.fresh().database()) : next;
        });
        ReplicaPoint.RETURN_CLEARED.reached();
        Optional<DatabaseVersion> live = intent.back().live();
        events.report(new ReplicaEvent.WentBack(
                live.flatMap(DatabaseVersion::snapshot), live.flatMap(DatabaseVersion::moment)));
        return Optional.of(cause);
    }
}
