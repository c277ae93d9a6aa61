package io.understudy.process;

import io.understudy.time.Ticker;
import java.time.Duration;

/** When a byte last went through a program's streams, or the program was started. Thread-safe. */
final class LastByte {
    private final Ticker ticker;
    private volatile long nanos;

    LastByte(Ticker ticker) {
        this.ticker = ticker;
        this.nanos = ticker.nanos();
    }

    void moved() {
        nanos = ticker.nanos();
    }

    Duration since() {
        return ticker.since(nanos);
    }
}
