package io.understudy.replica.round;

import io.understudy.replica.events.Step;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Which snapshot is imported next. Pure: it decides, it does nothing. */
final class NextSnapshot {
    private final ReplicaRecord record;
    private final Instant now;

    NextSnapshot(ReplicaRecord record, Instant now) {
        this.record = record;
        this.now = now;
    }

    /**
     * The newest one above the applied one, unless it waits for its next attempt. One that is itself at fault (it was
     * rejected, or could not be fetched) does not stand in the way of an older one; one that failed for this server's
     * sake does, for the older would fail the same way. Junk stands in the way of none: it is taken only where nothing
     * else is newer, so that its fault is reported as that of an import.
     *
     * @param believable asked of what is newer, the newest first
     * @param epoch the highest one that was claimed: a snapshot below it was fenced off
     */
    Optional<SnapshotId> newest(
            List<SnapshotId> all, Predicate<SnapshotId> believable, int epoch, ImportRequest.Newest ask) {
        Optional<SnapshotId> junk = Optional.empty();
        List<SnapshotId> newer = all.stream()
                .filter(this::ahead)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (SnapshotId each : newer) {
            if (each.epoch() < epoch) {
                return junk;
            }
            Optional<FailedAttempt> failedAttempt = record.failedAttempt(each);
            boolean due = failedAttempt.isEmpty() || due(failedAttempt.get(), ask);
            if (!believable.test(each)) {
                junk = junk.or(() -> Optional.of(each).filter(unused -> due));
            } else if (due) {
                return Optional.of(each);
            } else if (!atFault(failedAttempt.get())) {
                return Optional.empty();
            }
        }
        return junk;
    }

    private boolean due(FailedAttempt failedAttempt, ImportRequest.Newest ask) {
        return failedAttempt.rejection() ? ask.rejectedToo() : ask.impatient() || failedAttempt.due(now);
    }

    private boolean ahead(SnapshotId snapshot) {
        return record.live()
                .flatMap(DatabaseVersion::snapshot)
                .map(live -> snapshot.compareTo(live) > 0)
                .orElse(true);
    }

    private static boolean atFault(FailedAttempt failedAttempt) {
        return failedAttempt.rejection()
                || failedAttempt.step() == Step.FETCH && failedAttempt.code().judgesContent();
    }
}
