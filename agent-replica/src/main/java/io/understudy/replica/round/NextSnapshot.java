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
     * sake does, for the older would fail the same way.
     *
     * @param epoch the highest one that was claimed: a snapshot below it was fenced off
     */
    Optional<SnapshotId> newest(List<SnapshotId> all, int epoch, ImportRequest.Newest ask) {
        List<SnapshotId> newer = all.stream()
                .filter(this::ahead)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (SnapshotId each : newer) {
            if (each.epoch() < epoch) {
                return Optional.empty();
            }
            Optional<FailedAttempt> failedAttempt = record.failedAttempt(each);
            if (failedAttempt.isEmpty() || due(failedAttempt.get(), ask)) {
                return Optional.of(each);
            }
            if (!atFault(failedAttempt.get())) {
                return Optional.empty();
            }
        }
        return Optional.empty();
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
