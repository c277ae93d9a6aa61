package io.understudy.replica.drill;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;

/** Lets others give up the drill that runs: what it made is cleared up all the same. Thread-safe. */
public final class DrillControl {
    private Thread worker;
    private String reason;

    /** Gives the drill up at once, and does not wait for its end. Does nothing where none runs. */
    public synchronized void abandon(String why) {
        if (worker != null) {
            reason = why;
            worker.interrupt();
        }
    }

    /** The calling thread may be interrupted from here on. */
    synchronized void begin() {
        reason = null;
        worker = Thread.currentThread();
    }

    /** Not from here on: what follows is to come to its end. An interrupt that came before is taken away. */
    synchronized void shield() {
        worker = null;
        if (Thread.interrupted() && reason == null) {
            reason = "it was interrupted";
        }
    }

    /** @throws UnderstudyException {@code CANCELLED} */
    synchronized void check() {
        if (reason != null) {
            throw cancelled(reason);
        }
    }

    /** Why it was given up. */
    synchronized UnderstudyException cancelled() {
        return cancelled(reason);
    }

    static UnderstudyException cancelled(String why) {
        return new UnderstudyException(
                ErrorCode.CANCELLED, "drill given up: " + why, "nothing was changed; rehearse again later");
    }

    synchronized boolean isAbandoned() {
        return reason != null;
    }
}
