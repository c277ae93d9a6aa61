package io.understudy.replica.load;

import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.function.Supplier;

/** Refreshing views takes at most a tenth of the time while continuous snapshots come. Not thread-safe. */
final class ViewPace {
    private static final int SHARE = 10;

    private final Ticker ticker;
    private Duration took = Duration.ZERO;
    private long end;

    ViewPace(Ticker ticker) {
        this.ticker = ticker;
    }

    boolean isDue() {
        return took.isZero() || ticker.since(end).compareTo(took.multipliedBy(SHARE)) >= 0;
    }

    <T> T time(Supplier<T> refresh) {
        long start = ticker.nanos();
        try {
            return refresh.get();
        } finally {
            took = ticker.since(start);
            end = ticker.nanos();
        }
    }
}
