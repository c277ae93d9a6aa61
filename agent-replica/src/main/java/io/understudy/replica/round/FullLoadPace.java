package io.understudy.replica.round;

import io.understudy.time.Ticker;
import java.time.Duration;

/**
 * Where each load ahead takes the whole database, as without the right to load by differences, they take a tenth of the
 * time at most: while one runs, nothing is ahead, and the standby's disk is busy. One alone delays nothing, for after a
 * change of the schema the next one is cheap again, and none that had no database to begin with, as the first ones of a
 * new standby. Not thread-safe.
 */
final class FullLoadPace {
    private static final int SHARE = 10;

    private final Ticker ticker;
    private int inARow;
    private Duration took = Duration.ZERO;
    private long end;

    FullLoadPace(Ticker ticker) {
        this.ticker = ticker;
    }

    boolean isDue() {
        return inARow < 2 || ticker.since(end).compareTo(took.multipliedBy(SHARE)) >= 0;
    }

    /** @param again whether it was loaded as a whole, and the next one will be, as far as is known */
    void loaded(boolean again, Duration took) {
        this.inARow = again ? inARow + 1 : 0;
        this.took = took;
        this.end = ticker.nanos();
    }
}
