package io.understudy.replica.state;

import io.understudy.failure.Retry;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.replica.events.Step;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Turns what was thrown into what is remembered. */
public final class RetryLog {
    private final Clock clock;
    private final RetryPolicy policy;

    public RetryLog(Clock clock, RetryPolicy policy) {
        this.clock = clock;
        this.policy = policy;
    }

    /** The failure as the next entry of the record: it counts attempts and says when the next one may be. */
    public FailedAttempt failedAttempt(
            ReplicaRecord record, Optional<SnapshotId> snapshot, Step step, UnderstudyException failure) {
        return failedAttempt(earlier(record, snapshot), snapshot, step, failure);
    }

    private FailedAttempt failedAttempt(
            int earlier, Optional<SnapshotId> snapshot, Step step, UnderstudyException failure) {
        int attempts = 1 + earlier;
        Instant now = clock.instant();
        Optional<Instant> next = policy.pause(failure.code().retry(), attempts).map(now::plus);
        return new FailedAttempt(
                snapshot,
                step,
                failure.code(),
                failure.getMessage(),
                failure.hint(),
                now,
                attempts,
                next,
                Optional.empty());
    }

    /** The record after a round failed: from the load on there may be a database that could not be dropped. */
    public ReplicaRecord failed(
            ReplicaRecord record, Optional<SnapshotId> snapshot, Step step, UnderstudyException failure) {
        ReplicaRecord next = record.withFailedImport(failedAttempt(record, snapshot, step, failure));
        return step.compareTo(Step.LOAD) < 0 ? next : next.withCleanUpDue(clock.instant());
    }

    /**
     * The same where the snapshot is a continuous one: its failure counts as one more of those before it, which it
     * replaces, so that pauses grow and the record does not.
     */
    public ReplicaRecord failedContinuous(
            ReplicaRecord record, SnapshotId snapshot, Step step, UnderstudyException failure) {
        int earlier = record.failedAttempts().stream()
                .filter(each -> each.notBefore().isPresent())
                .filter(each -> each.snapshot()
                        .filter(id -> id.compareTo(snapshot) <= 0)
                        .isPresent())
                .mapToInt(FailedAttempt::attempts)
                .max()
                .orElse(0);
        ReplicaRecord next = record.withFailedContinuous(failedAttempt(earlier, Optional.of(snapshot), step, failure));
        return step.compareTo(Step.LOAD) < 0 ? next : next.withCleanUpDue(clock.instant());
    }

    /** The site did not come up with this snapshot: it is not tried again by itself. */
    public FailedAttempt rejection(SnapshotId snapshot, Step step, UnderstudyException failure) {
        return FailedAttempt.rejection(snapshot, step, failure, clock.instant());
    }

    /** What could not be cleared up is tried again for as long as it takes. */
    public PendingCleanUp cleanUp(ReplicaRecord record, UnderstudyException failure) {
        int attempts = 1 + record.cleanUp().map(PendingCleanUp::attempts).orElse(0);
        Instant now = clock.instant();
        Retry retry = failure.code().retry() == Retry.NEVER
                ? Retry.AFTER_OPERATOR
                : failure.code().retry();
        Instant next = now.plus(policy.pause(retry, attempts).orElseThrow());
        return new PendingCleanUp(attempts, Optional.of(PendingCleanUp.Failure.of(failure, now)), next);
    }

    /** A defect becomes an INTERNAL failure that keeps its cause. */
    public static UnderstudyException wrap(RuntimeException thrown, String doing) {
        return Unexpected.of(doing, thrown);
    }

    private static int earlier(ReplicaRecord record, Optional<SnapshotId> snapshot) {
        Optional<FailedAttempt> last = snapshot.isPresent()
                ? record.failedAttempt(snapshot.get())
                : record.lastError().filter(each -> each.snapshot().isEmpty());
        return last.filter(each -> each.notBefore().isPresent())
                .map(FailedAttempt::attempts)
                .orElse(0);
    }
}
