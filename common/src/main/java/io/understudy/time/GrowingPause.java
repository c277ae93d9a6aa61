package io.understudy.time;

import java.time.Duration;

/** A site that does not start is not started again at once: the pauses grow from 1 s to 1 min. Not thread-safe. */
public final class GrowingPause {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Ticker ticker;
    private Duration pause = Duration.ZERO;
    private long since;

    public GrowingPause(Ticker ticker) {
        this.ticker = ticker;
    }

    /** @return the pause from now on until the next attempt */
    public Duration failed() {
        Duration twice = pause.multipliedBy(2);
        pause = pause.isZero() ? FIRST : twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
        since = ticker.nanos();
        return pause;
    }

    public void succeeded() {
        pause = Duration.ZERO;
    }

    public boolean isOver() {
        return ticker.since(since).compareTo(pause) >= 0;
    }
}
