package io.understudy.replica.state;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that failed, durable, so that a restarted agent neither forgets it nor repeats it in a tight loop.
 *
 * @param snapshot empty when it failed before one was chosen
 * @param at when it failed last
 * @param attempts failures in a row of this snapshot, at least 1
 * @param notBefore when it is tried again; empty: never, unless an operator asks by name
 */
public record FailedAttempt(
        Optional<SnapshotId> snapshot,
        Step step,
        ErrorCode code,
        String message,
        String hint,
        Instant at,
        int attempts,
        Optional<Instant> notBefore) {

    /** A failure that is never tried again by itself. */
    public static FailedAttempt rejection(SnapshotId snapshot, Step step, UnderstudyException failure, Instant at) {
        return new FailedAttempt(
                Optional.of(snapshot),
                step,
                failure.code(),
                failure.getMessage(),
                failure.hint(),
                at,
                1,
                Optional.empty());
    }

    public boolean rejection() {
        return snapshot.isPresent() && notBefore.isEmpty();
    }

    /** Whether an operator wanted it so: nothing failed. */
    public boolean wanted() {
        return code == ErrorCode.SNAPSHOT_REJECTED;
    }

    /** Whether all of the snapshot was live when it failed. */
    boolean afterApply() {
        return step == Step.RESTART || step == Step.PROVE;
    }

    /**
     * Whether the snapshot may be tried at this time. A clock that was set back does not hold it up for longer than it
     * was to be.
     */
    public boolean due(Instant now) {
        return notBefore.isPresent() && (!now.isBefore(notBefore.get()) || now.isBefore(at));
    }

    public UnderstudyException toException() {
        return new UnderstudyException(code, message, hint);
    }
}
