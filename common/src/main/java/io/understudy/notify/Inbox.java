package io.understudy.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** What happened and was not looked at by one channel yet. Bounded: what came last is kept. Thread-safe. */
final class Inbox {
    private static final int MOST = 1000;

    private final Deque<Happened> waiting = new ArrayDeque<>();
    private int lost;
    private boolean woken;

    record Happened(Signal signal, Instant at) {}

    /** Never waits. What came last is true: a recovery must not be lost behind what failed before it. */
    synchronized void offer(Happened last) {
        if (waiting.size() >= MOST) {
            waiting.remove();
            lost++;
        }
        waiting.add(last);
        notifyAll();
    }

    /** Ends {@link #await}, the next one if there is none now. */
    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** Until something is there, {@link #wake} is called or the time is over; now and then for less. */
    synchronized void await(Duration most) throws InterruptedException {
        if (!woken && waiting.isEmpty()) {
            wait(Math.max(1, most.toMillis()));
        }
        woken = false;
    }

    synchronized Optional<Happened> next() {
        return Optional.ofNullable(waiting.poll());
    }

    /** @return how many were given up since it was last asked */
    synchronized int takeLost() {
        int count = lost;
        lost = 0;
        return count;
    }
}
