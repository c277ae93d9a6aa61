package io.understudy.replica.round;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Loads again what was applied, where the server does not show it any more: from the mirror, so it needs neither the
 * primary nor the filestore.
 */
final class Healing {
    private final ReplicaStateStore store;
    private final Events events;
    private final Clock clock;
    private final WarnOnce warnOnce;
    private final HealPace pace = new HealPace();

    Healing(ReplicaStateStore store, Events events, Clock clock, Ticker ticker) {
        this.store = store;
        this.events = events;
        this.clock = clock;
        this.warnOnce = new WarnOnce(ticker);
    }

    /**
     * What is newer becomes live, which heals what is live too. Otherwise, or while the filestore is away, it is what
     * is ahead, or else what was applied.
     *
     * @param found by the inspection
     * @param discover what a round without discrepancies imports
     */
    Optional<Choice> choose(ImportRequest ask, List<Discrepancy> found, Supplier<Optional<Choice>> discover) {
        if (found.isEmpty()) {
            warnOnce.well();
        }
        found.stream()
                .filter(each -> warnOnce.isDue(each.message()))
                .forEach(each -> events.report(new ReplicaEvent.DiscrepancyFound(each.message(), each.hint())));
        if (!(ask instanceof ImportRequest.Newest newest) || found.stream().noneMatch(Discrepancy::mendedByLoading)) {
            return discover.get();
        }
        Optional<Choice> again = due(newest).map(Choice::whole);
        try {
            Optional<Choice> next = discover.get();
            return again.isPresent() ? next.map(Choice::whole).or(() -> again) : next;
        } catch (UnderstudyException e) {
            if (again.isEmpty() || e.code().kind() != ErrorKind.FILESTORE) {
                throw e;
            }
            events.report(new CommonEvent.NewestUnknown(e));
            return again;
        }
    }

    private Optional<SnapshotId> due(ImportRequest.Newest ask) {
        ReplicaRecord record = store.record();
        Instant now = clock.instant();
        return record.live()
                .flatMap(DatabaseVersion::snapshot)
                .filter(live -> ask.impatient() || pace.isDue(live, now))
                .map(live -> record.ahead().map(Ahead::snapshot).orElse(live))
                .filter(wanted -> record.failedAttempt(wanted)
                        .map(failedAttempt -> ask.impatient() || failedAttempt.due(now))
                        .orElse(true));
    }

    /** Whether it is what was applied, and was damaged. */
    boolean isOf(SnapshotId snapshot, List<Discrepancy> found) {
        return found.stream().anyMatch(Discrepancy::mendedByLoading)
                && store.state() instanceof Following now
                && now.current().snapshot().equals(Optional.of(snapshot));
    }

    /** Whether the database is as it was applied, so that nothing has to be loaded. */
    static boolean isOfFilesAlone(List<Discrepancy> found) {
        return found.stream()
                .filter(each -> each.breaksSite() || each.mendedByLoading())
                .allMatch(each -> each.subject() == Discrepancy.Subject.FILES);
    }

    /** The snapshot is live again. The damaged copy of it is nothing to return to. */
    void done(SnapshotId snapshot) {
        pace.healed(snapshot, clock.instant());
        store.change(record -> record.state() instanceof Following now
                        && now.previous().flatMap(DatabaseVersion::snapshot).equals(Optional.of(snapshot))
                ? record.with(now.without(Optional.empty()))
                : record);
    }

    /**
     * The mirror gets what is live again. That the filestore does not have it any more is no failure of a round.
     *
     * @return whether something was missing and is there now
     */
    boolean refillMirror(List<Discrepancy> found, Consumer<SnapshotId> fetch) {
        if (found.stream().noneMatch(each -> each.subject() == Discrepancy.Subject.MIRROR)) {
            return false;
        }
        SnapshotId live =
                store.record().live().flatMap(DatabaseVersion::snapshot).orElseThrow();
        try {
            fetch.accept(live);
            return true;
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            events.report(new ReplicaEvent.MirrorIncomplete(live, e));
            return false;
        }
    }
}
