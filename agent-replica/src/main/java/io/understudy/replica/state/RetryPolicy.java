package io.understudy.replica.state;

import io.understudy.failure.Retry;
import io.understudy.time.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How long a snapshot that failed waits for its next attempt: pauses double from 5 s to 10 min where the cause may pass
 * by itself, from 1 min to 1 h where an operator must act. Each is drawn from its upper half.
 */
public final class RetryPolicy {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Duration OPERATOR_FIRST = Duration.ofMinutes(1);
    private static final Duration OPERATOR_LONGEST = Duration.ofHours(1);

    private final RandomGenerator random;

    public RetryPolicy(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param attempts failures in a row, at least 1
     * @return empty: never again
     */
    public Optional<Duration> pause(Retry retry, int attempts) {
        return switch (retry) {
            case WITH_BACKOFF -> Optional.of(Backoff.pause(FIRST, LONGEST, attempts, random));
            case AFTER_OPERATOR -> Optional.of(Backoff.pause(OPERATOR_FIRST, OPERATOR_LONGEST, attempts, random));
            case NEVER -> Optional.empty();
        };
    }
}
