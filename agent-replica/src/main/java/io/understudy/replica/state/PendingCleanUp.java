package io.understudy.replica.state;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Instant;
import java.util.Optional;

/**
 * A clean-up after imports that is still pending: of retired databases, old plans, undo folders. It blocks nothing.
 *
 * @param attempts that failed in a row; 0 before the first
 * @param failure of the last attempt
 * @param notBefore when it is tried again
 */
public record PendingCleanUp(int attempts, Optional<Failure> failure, Instant notBefore) {
    /** @param at when it failed */
    public record Failure(ErrorCode code, String message, String hint, Instant at) {
        public static Failure of(UnderstudyException failure, Instant at) {
            return new Failure(failure.code(), failure.getMessage(), failure.hint(), at);
        }
    }

    static PendingCleanUp due(Optional<PendingCleanUp> before, Instant now) {
        return before.map(last -> new PendingCleanUp(last.attempts(), last.failure(), now))
                .orElseGet(() -> new PendingCleanUp(0, Optional.empty(), now));
    }

    /** A clock that was set back does not hold it up for longer than it was to be. */
    public boolean isDue(Instant now) {
        return !now.isBefore(notBefore)
                || failure.filter(last -> now.isBefore(last.at())).isPresent();
    }
}
