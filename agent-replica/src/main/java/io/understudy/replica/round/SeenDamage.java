package io.understudy.replica.round;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * That another look at the server found what the next round is to repair: the round's own last look counts no longer.
 * Thread-safe.
 */
public final class SeenDamage {
    private final AtomicBoolean seen = new AtomicBoolean();

    public void note() {
        seen.set(true);
    }

    /** Whether it was noted since the last call. */
    boolean take() {
        return seen.getAndSet(false);
    }
}
