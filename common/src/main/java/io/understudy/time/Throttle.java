package io.understudy.time;

import java.time.Duration;

/**
 * Lets something happen at a limited rate on average: who takes more than is due waits until it was due. What was not
 * taken for a while may be taken at once, up to a fifth of a second's worth. Thread-safe; callers wait in the order in
 * which they took.
 *
 * <p>Source: the generic cell rate algorithm (virtual scheduling), ITU-T I.371.
 */
public final class Throttle {
    private static final long BURST_NANOS = Duration.ofMillis(200).toNanos();

    private final double nanosEach;
    private final Ticker ticker;
    private long due;

    /** @param perSecond how much each second, more than 0 */
    public Throttle(double perSecond, Ticker ticker) {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("a rate of " + perSecond);
        }
        this.nanosEach = Duration.ofSeconds(1).toNanos() / perSecond;
        this.ticker = ticker;
        this.due = ticker.nanos() - BURST_NANOS;
    }

    /**
     * Returns when what was taken before is due, so one that is alone takes even a large amount without waiting, and
     * the next one waits for it.
     *
     * @param amount 0 or more
     * @param what cannot be done when the thread is interrupted: {@code read blob …}
     * @throws io.understudy.failure.UnderstudyException {@code CANCELLED} when it is
     */
    public void take(long amount, String what) {
        long wait = reserve(amount);
        if (wait > 0) {
            ticker.pause(Duration.ofNanos(wait), what);
        }
    }

    private synchronized long reserve(long amount) {
        long now = ticker.nanos();
        long begins = Math.max(due, now - BURST_NANOS);
        due = begins + (long) (amount * nanosEach);
        return begins - now;
    }
}
