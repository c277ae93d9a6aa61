package io.understudy.replica.apply;

import io.understudy.events.Events;
import io.understudy.exchange.TreePosition;
import io.understudy.exchange.TreePosition.Position;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.ApplyIntent;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
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
import java.util.stream.Collectors;

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
    private final LiveDatabases databases;
    private final LiveTrees trees;
    private final SiteService site;
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
        this.databases = databases;
        this.trees = trees;
        this.site = site;
        this.events = events;
        this.clock = clock;
        this.forward = new ApplyForward(store, backup, databases, trees, site, failures, events, clock, ticker);
        this.back = new ApplyBack(store, backup, databases, trees, site, failures, events, clock);
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

    /**
     * What is live in the middle of an apply that can't be finished.
     *
     * @param isFresh whether it is the snapshot's database, not the one before
     * @param isWhole whether the files are all of that snapshot
     * @param text for people: which part is of which snapshot
     */
    public record Live(boolean isFresh, boolean isWhole, String text) {}

    /**
     * Looks how far an apply is. Changes nothing.
     *
     * @throws UnderstudyException when the database server, or the plans, can't be looked at
     */
    public Live live(Applying applying) {
        ApplyIntent intent = applying.intent();
        boolean fresh =
                databases.look().live().equals(Optional.of(intent.fresh().database()));
        Position wanted = fresh ? Position.AFTER : Position.BEFORE;
        String before = intent.back()
                .live()
                .flatMap(DatabaseVersion::snapshot)
                .map(SnapshotId::toString)
                .orElse("what stood here before the first import");
        List<TreePosition> positions = trees.positions(intent.plans());
        String files = positions.stream()
                .map(each -> ", " + each.what()
                        + switch (each.position()) {
                            case BEFORE -> " of " + before;
                            case BETWEEN -> " partly of " + before + " and partly of " + intent.snapshot();
                            case AFTER -> " of " + intent.snapshot();
                            case UNKNOWN -> " not readable";
                        })
                .collect(Collectors.joining());
        return new Live(
                fresh,
                positions.stream().allMatch(each -> each.position() == wanted),
                "the database is of " + (fresh ? intent.snapshot() : before) + files);
    }

    /**
     * Whether the site comes up as it is; restarts it once if it is down.
     *
     * @throws UnderstudyException why it does not
     */
    public void requireSite() {
        if (!site.healthy()) {
            site.restart();
            site.prove();
        }
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
        if (!cause.rejection()) {
            Attempt.of(events, "keep what was staged for " + intent.snapshot(), () -> trees.reopen(intent.plans()));
        }
        store.change(record -> {
            ReplicaRecord settled = record.with(record.state().settled()).withCleanUpDue(clock.instant());
            ReplicaRecord next =
                    cause.wanted() ? settled.withFailure(cause).withSuccess() : settled.withFailedImport(cause);
            boolean retired = intent.rejects() && !intent.exchangesFilesOnly();
            return retired ? next.withoutOwned(intent.fresh().database()) : next;
        });
        ReplicaPoint.RETURN_CLEARED.reached();
        Optional<DatabaseVersion> live = intent.back().live();
        events.report(new ReplicaEvent.WentBack(
                live.flatMap(DatabaseVersion::snapshot), live.flatMap(DatabaseVersion::moment)));
        return Optional.of(cause);
    }
}
