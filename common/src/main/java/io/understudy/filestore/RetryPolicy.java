package io.understudy.filestore;

import java.time.Duration;

/**
 * How long an operation of a filestore is tried again after transient failures. One that has never answered is given up
 * sooner: most often it is not down but wrongly configured, and a person waits.
 *
 * @param first pause, which grows with each failure
 * @param longest pause
 * @param limit from the first failure of an operation (of a download: since its last progress) to giving up
 * @param limitBeforeFirstAnswer the same before the store has answered for the first time
 */
public record RetryPolicy(Duration first, Duration longest, Duration limit, Duration limitBeforeFirstAnswer) {
    /** 200 ms growing to 10 s, for a minute; 3 s with a store that never answered. */
    public static RetryPolicy standard() {
        return new RetryPolicy(
                Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofSeconds(3));
    }
}
