package io.understudy.replica.state;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Something that failed, durable, so that a restarted agent neither forgets it nor repeats it in a tight loop.
 *
 * @param snapshot empty when it failed before one was chosen
 * @param at when it failed last
 * @param attempts failures in a row of this snapshot, at least 1
 * @param notBefore when it is tried again; empty: never, unless an operator asks by name
 * @param above of a rejection that stands for all snapshots up to it: those above this one; empty otherwise
 */
public record FailedAttempt(
        Optional<SnapshotId> snapshot,
        Step step,
        ErrorCode code,
        String message,
        String hint,
        Instant at,
        int attempts,
        Optional<Instant> notBefore,
        Optional<SnapshotId> above) {

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
                Optional.empty(),
                Optional.empty());
    }

    /** This rejection, of all snapshots above another one and up to its own. */
    public FailedAttempt ofAllAbove(SnapshotId other) {
        return new FailedAttempt(snapshot, step, code, message, hint, at, attempts, notBefore, Optional.of(other));
    }

    /** This rejection, of the same snapshots but that one, which is of them and not its own. */
    List<FailedAttempt> without(SnapshotId other) {
        Optional<FailedAttempt> older = above.filter(
                        low -> low.epoch() < other.epoch() || low.sequence() + 1 < other.sequence())
                .filter(low -> other.sequence() > 1)
                .map(low -> new FailedAttempt(
                        Optional.of(new SnapshotId(other.epoch(), other.sequence() - 1)),
                        step,
                        code,
                        message,
                        hint,
                        at,
                        attempts,
                        notBefore,
                        above));
        return Stream.concat(older.stream(), Stream.of(ofAllAbove(other))).toList();
    }

    /** Whether this rejection is of that snapshot too. */
    boolean rejects(SnapshotId other) {
        return rejection()
                && (snapshot.equals(Optional.of(other))
                        || above.filter(low -> other.compareTo(low) > 0).isPresent()
                                && snapshot.filter(id -> other.compareTo(id) < 0)
                                        .isPresent());
    }

    public boolean rejection() {
        return snapshot.isPresent() && notBefore.isEmpty();
    }

    /**
     * Whether it is the rejection of an object that only had the name of a snapshot when an operator went behind it: it
     * is of no snapshot that has this name later.
     */
    public boolean unverified() {
        return rejection() && step == Step.DISCOVER && (code.judgesContent() || code == ErrorCode.FILESTORE_DENIED);
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
