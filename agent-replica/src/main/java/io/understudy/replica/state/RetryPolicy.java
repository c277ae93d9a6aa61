package io.understudy.replica.state;

import io.understudy.failure.Retry;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How long a snapshot that failed waits for its next attempt: pauses double from 5 s to 10 min where the cause may pass by
 * itself, from 1 min to 1 h where an operator must act. Each is drawn from its upper half.
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
            case WITH_BACKOFF -> Optional.of(drawn(FIRST, LONGEST, attempts));
            case AFTER_OPERATOR -> Optional.of(drawn(OPERATOR_FIRST, OPERATOR_LONGEST, attempts));
            case NEVER -> Optional.empty();
        };
    }

    private Duration drawn(Duration first, Duration longest, int attempts) {
        long ceiling = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempts - 1, 20));
        return Duration.ofMillis(ceiling / 2 + random.nextLong(ceiling / 2 + 1));
    }
}
