package io.understudy.primary.announce;

import io.understudy.time.Ticker;
import java.time.Duration;

/**
 * How often one call may report: a bucket of {@link #BURST} reports that fills again, one each half second. A replica
 * sends one a second at most. Thread-safe.
 */
final class ReportRate {
    static final int BURST = 20;
    private static final Duration EACH = Duration.ofMillis(500);

    private final Ticker ticker;
    private long since;
    private double left = BURST;

    ReportRate(Ticker ticker) {
        this.ticker = ticker;
        this.since = ticker.nanos();
    }

    synchronized boolean allows() {
        Duration passed = ticker.since(since);
        since = ticker.nanos();
        left = Math.min(BURST, left + (double) passed.toNanos() / EACH.toNanos());
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
