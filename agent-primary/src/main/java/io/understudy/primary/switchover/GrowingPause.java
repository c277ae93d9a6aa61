package io.understudy.primary.switchover;

import io.understudy.time.Ticker;
import java.time.Duration;

/** A site that does not start is not started again at once: the pauses grow from 1 s to 1 min. Not thread-safe. */
final class GrowingPause {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Ticker ticker;
    private Duration pause = Duration.ZERO;
    private long since;

    GrowingPause(Ticker ticker) {
        this.ticker = ticker;
    }

    void failed() {
        Duration twice = pause.multipliedBy(2);
        pause = pause.isZero() ? FIRST : twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
        since = ticker.nanos();
    }

    void succeeded() {
        pause = Duration.ZERO;
    }

    boolean isOver() {
        return ticker.since(since).compareTo(pause) >= 0;
    }
}
