package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Finds what one round imports, and remembers the newer snapshots that an operator passes over. */
final class SnapshotSelector {
    private final ReplicaStateStore store;
    private final SnapshotSource source;
    private final RetryLog failures;
    private final Events events;
    private final Clock clock;
    private List<SnapshotId> overtaken = List.of();
    private Optional<AwaitedEpoch> waits = Optional.empty();

    SnapshotSelector(ReplicaStateStore store, SnapshotSource source, RetryLog failures, Events events, Clock clock) {
        this.store = store;
        this.source = source;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
    }

    /**
     * @return what is to be imported; empty when nothing is
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN} when it is asked for by name and not there
     */
    Optional<SnapshotId> discover(ImportRequest ask) {
        if (ask instanceof ImportRequest.Newest newest) {
            return newest(newest);
        }
        SnapshotId wanted = ((ImportRequest.Named) ask).snapshot();
        List<SnapshotId> all = source.list();
        if (!all.contains(wanted)) {
            throw unknown(wanted);
        }
        overtaken = all.stream().filter(each -> each.compareTo(wanted) > 0).toList();
        return Optional.of(wanted);
    }

    private Optional<SnapshotId> newest(ImportRequest.Newest ask) {
        ReplicaRecord record = store.record();
        Optional<SnapshotId> live = record.live().flatMap(DatabaseVersion::snapshot);
        List<SnapshotId> listed = live.map(this::fromLiveOn).orElseGet(source::list);
        List<SnapshotId> known = listed.isEmpty() && live.isPresent() ? source.list() : listed;
        Optional<SnapshotId> newest = known.isEmpty() ? Optional.empty() : Optional.of(known.get(known.size() - 1));
        events.report(new ReplicaEvent.NewestSeen(newest));
        // Also when nothing is newer: a standby that is up to date waits too, once another server is promoted.
        return new NextSnapshot(record, clock.instant()).newest(known, highestEpoch(newest), ask);
    }

    /** With the live one, if it is still there: what is newest then is seen, not assumed. */
    private List<SnapshotId> fromLiveOn(SnapshotId live) {
        return live.sequence() > 1
                ? source.newerThan(new SnapshotId(live.epoch(), live.sequence() - 1))
                : source.list();
    }

    private int highestEpoch(Optional<SnapshotId> newest) {
        int epoch = source.highestEpoch();
        events.report(new ReplicaEvent.EpochSeen(epoch));
        waits = AwaitedEpoch.of(newest, epoch);
        return epoch;
    }

    /** What is waited for, as the last look at the repository found. */
    Optional<AwaitedEpoch> waits() {
        return waits;
    }

    /**
     * What the operator went behind is not imported again by the next poll; only what comes after it is. Not before the
     * apply: until then the wanted one may turn out to be unfit.
     */
    void passOver(SnapshotId wanted) {
        if (overtaken.isEmpty()) {
            return;
        }
        UnderstudyException reason = new UnderstudyException(
                ErrorCode.SNAPSHOT_REJECTED,
                "an operator asked for " + wanted + " instead",
                "apply it with agent-replica restore ID");
        store.change(record -> {
            ReplicaRecord next = record;
            for (SnapshotId each : overtaken) {
                if (!next.failedAttempt(each).filter(FailedAttempt::rejection).isPresent()) {
                    next = next.withFailure(failures.rejection(each, Step.DISCOVER, reason));
                }
            }
            return next.withSuccess();
        });
    }

    /** It went well: what an earlier one said is over. */
    void clearTrouble() {
        Optional<FailedAttempt> lastError = store.record().lastError();
        if (lastError.filter(each -> each.snapshot().isEmpty()).isPresent()) {
            store.change(ReplicaRecord::withSuccess);
        }
    }

    static UnderstudyException unknown(SnapshotId wanted) {
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN,
                "cannot restore " + wanted + ": there is no such snapshot in the repository",
                "agent-replica list shows those that exist");
    }
}
