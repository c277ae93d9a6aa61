package io.understudy.time;

import io.understudy.failure.Cancellation;
import java.time.Duration;

/** Elapsed time and sleeping, injected so that tests advance a clock instead of waiting. Thread-safe. */
public interface Ticker {
    /** Monotonic nanoseconds from an arbitrary origin; only differences mean anything. */
    long nanos();

    /** Returns after {@code pause}, or throws when the thread is interrupted; zero returns at once. */
    void sleep(Duration pause) throws InterruptedException;

    /**
     * Sleeps in the middle of long work.
     *
     * @param what cannot be done when the thread is interrupted: {@code finish the snapshot}
     * @throws io.understudy.failure.UnderstudyException {@code CANCELLED} when it is, which it stays
     */
    default void pause(Duration pause, String what) {
        try {
            sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of(what, e);
        }
    }

    default Duration since(long startNanos) {
        return Duration.ofNanos(nanos() - startNanos);
    }

    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
