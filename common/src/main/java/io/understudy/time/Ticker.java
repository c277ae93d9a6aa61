package io.understudy.time;

import java.time.Duration;

/** Elapsed time and sleeping, injected so that tests advance a clock instead of waiting. Thread-safe. */
public interface Ticker {
    /** Monotonic nanoseconds from an arbitrary origin; only differences mean anything. */
    long nanos();

    /** Returns after {@code pause}, or throws when the thread is interrupted; zero returns at once. */
    void sleep(Duration pause) throws InterruptedException;

    default Duration since(long startNanos) {
        return Duration.ofNanos(nanos() - startNanos);
    }

    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
