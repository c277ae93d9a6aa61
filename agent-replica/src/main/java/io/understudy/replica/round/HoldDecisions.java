package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.hold.HoldRecord;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator decides of a snapshot that is held. Each decision is durable on return, and may be repeated. No
 * filestore is needed for one; where one is accepted that is not the newest, it is asked whether it has that.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 */
public final class HoldDecisions {
    private static final Logger LOG = LoggerFactory.getLogger(HoldDecisions.class);

    private final HoldBook book;
    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final SnapshotSource source;
    private final SpareLoader loader;
    private final RetryLog failures;
    private final Events events;
    private final Clock clock;

    public HoldDecisions(
            HoldBook book,
            ReplicaStateStore store,
            BackupMode backup,
            SnapshotSource source,
            SpareLoader loader,
            RetryLog failures,
            Events events,
            Clock clock) {
        this.book = book;
        this.store = store;
        this.backup = backup;
        this.source = source;
        this.loader = loader;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
    }

    /**
     * It may become live, and what comes after it is compared with it. What is loaded is ahead at once.
     *
     * @throws UnderstudyException {@code NOT_BACKUP_MODE}; {@code SNAPSHOT_UNKNOWN} where it is not held, the mirror
     *     does not have it any more, or no round would find it; nothing is changed then
     */
    public void accept(SnapshotId snapshot) {
        backup.require();
        HoldRecord record = book.record();
        if (record.accepted().equals(Optional.of(snapshot)) || isLive(snapshot)) {
            return;
        }
        Hold hold = held("accept", snapshot);
        if (source.held(snapshot).isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.SNAPSHOT_UNKNOWN,
                    "cannot accept " + snapshot + ": this standby does not have it any more",
                    "agent-replica accept " + hold.snapshot() + " accepts the newest that is held");
        }
        if (!hold.snapshot().equals(snapshot) && isGone(snapshot)) {
            throw new UnderstudyException(
                    ErrorCode.SNAPSHOT_UNKNOWN,
                    "cannot accept " + snapshot + ": the filestore does not have it any more, so no round imports it",
                    "agent-replica restore " + snapshot
                            + " makes it live from this standby's mirror; agent-replica accept " + hold.snapshot()
                            + " accepts the newest that is held");
        }
        book.decide(after(hold, snapshot), Optional.of(snapshot));
        if (hold.snapshot().equals(snapshot) && hold.loaded()) {
            loader.holding(snapshot)
                    .ifPresent(database -> store.change(each ->
                            each.withLoaded(new Ahead(database, snapshot, hold.moment(), clock.instant()), false)));
        }
        events.report(new ReplicaEvent.HoldAccepted(snapshot));
    }

    /**
     * It does not become live, nor do those before it that are held.
     *
     * @throws UnderstudyException {@code NOT_BACKUP_MODE}; {@code SNAPSHOT_UNKNOWN} where it is not held, or live
     */
    public void reject(SnapshotId snapshot) {
        backup.require();
        HoldRecord record = book.record();
        boolean accepted = record.accepted().equals(Optional.of(snapshot)) && !isLive(snapshot);
        boolean rejected = store.record()
                .failedAttempt(snapshot)
                .filter(FailedAttempt::wanted)
                .isPresent();
        Optional<Hold> hold = record.current().filter(each -> each.covers(snapshot));
        if (hold.isEmpty() && rejected) {
            return;
        }
        if (hold.isEmpty() && !accepted) {
            held("reject", snapshot);
        }
        FailedAttempt rejection = failures.rejection(
                snapshot,
                Step.DISCOVER,
                new UnderstudyException(
                        ErrorCode.SNAPSHOT_REJECTED,
                        "an operator rejected it",
                        "apply it with agent-replica restore " + snapshot));
        store.change(each -> withoutAhead(each, snapshot)
                .rejecting(hold.map(of -> rejection.ofAllAbove(of.before())).orElse(rejection))
                .withSuccess());
        book.decide(
                hold.isPresent() ? after(hold.get(), snapshot) : record.current(),
                record.accepted().filter(id -> !id.equals(snapshot)));
        events.report(new ReplicaEvent.HoldRejected(snapshot));
    }

    /** Retention deleted it there. Where the filestore is away that is not known: a later round finds it, or not. */
    private boolean isGone(SnapshotId snapshot) {
        try {
            return !source.list().contains(snapshot);
        } catch (UnderstudyException e) {
            LOG.debug("whether the filestore has {} is not known", snapshot, e);
            return false;
        }
    }

    /** What is held and newer than what is live. */
    public Optional<Hold> held() {
        Optional<SnapshotId> live = store.record().live().flatMap(DatabaseVersion::snapshot);
        return book.current()
                .filter(hold ->
                        live.filter(id -> id.compareTo(hold.snapshot()) >= 0).isEmpty());
    }

    private static ReplicaRecord withoutAhead(ReplicaRecord record, SnapshotId snapshot) {
        return record.ahead().filter(each -> each.snapshot().equals(snapshot)).isPresent()
                ? record.withoutAhead()
                : record;
    }

    /** What is held still: the newer ones are compared again. */
    private static Optional<Hold> after(Hold hold, SnapshotId decided) {
        return hold.snapshot().equals(decided) ? Optional.empty() : Optional.of(hold.onlyNewest());
    }

    private boolean isLive(SnapshotId snapshot) {
        return store.record()
                .live()
                .flatMap(DatabaseVersion::snapshot)
                .filter(snapshot::equals)
                .isPresent();
    }

    private Hold held(String verb, SnapshotId snapshot) {
        Optional<Hold> current = book.current();
        return current.filter(hold -> hold.covers(snapshot)).orElseThrow(() -> unknown(verb, snapshot, current));
    }

    private UnderstudyException unknown(String verb, SnapshotId snapshot, Optional<Hold> current) {
        String what = isLive(snapshot) ? "it is live" : "it is not held";
        String hint = current.map(hold -> hold.snapshot() + " is held: did you mean " + hold.snapshot() + "?")
                .orElse(
                        isLive(snapshot)
                                ? "agent-replica rollback returns to the snapshot before it"
                                : "nothing is held; agent-replica restore " + snapshot + " imports it");
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN, "cannot " + verb + " " + snapshot + ": " + what, hint);
    }
}
