package io.understudy.time;

import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Growing pauses with full jitter: the n-th pause is drawn uniformly from half to all of
 * {@code min(first * 2^n, longest)}. Not thread-safe.
 *
 * <p>Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("equal jitter").
 */
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "pauses must be positive and growing: " + first.toMillis() + " ms, " + longest.toMillis() + " ms");
        }
        this.first = first;
        this.longest = longest;
        this.random = Objects.requireNonNull(random);
    }

    /** The pause before the next attempt; each call counts one failure. */
    public Duration next() {
        return pause(first, longest, ++failures, random);
    }

    /**
     * The pause after so many failures in a row, for a caller that counts them itself.
     *
     * @param failures at least 1
     */
    public static Duration pause(Duration first, Duration longest, int failures, RandomGenerator random) {
        long ceiling = longest.toNanos();
        int doublings = Math.min(failures - 1, Long.SIZE - 2);
        long pause = first.toNanos() > (ceiling >> doublings) ? ceiling : first.toNanos() << doublings;
        return Duration.ofNanos(pause / 2 + random.nextLong(pause / 2 + 1));
    }

    public int failures() {
        return failures;
    }

    /** After a success: the next pause is the first one again. */
    public void reset() {
        failures = 0;
    }
}
