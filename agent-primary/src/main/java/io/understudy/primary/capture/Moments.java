package io.understudy.primary.capture;

import io.understudy.failure.Cancellation;
import java.time.Duration;

/**
 * The moments of one snapshot, as the thread that reads trees sees them: what it reads counts only when it began after
 * the last of them. Thread-safe.
 */
final class Moments {
    private int frozen;
    private boolean over;
    private RuntimeException failure;

    /** The database's content is settled from here on, and that of any moment before is of no use. */
    synchronized void froze() {
        frozen++;
        notifyAll();
    }

    /** The database has been read; there will be no other moment. */
    synchronized void end() {
        over = true;
        notifyAll();
    }

    /** @return the number of the newest moment, as soon as it is another one; 0 when it was the last */
    synchronized int await(int known) {
        try {
            while (frozen == known && !over) {
                wait();
            }
            return frozen == known ? 0 : frozen;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of("finish the snapshot", e);
        }
    }

    /**
     * Waits until the database has been read or another moment was taken, but no longer than this. Seldom shorter: a
     * thread may wake by itself.
     */
    synchronized void awaitEnd(int known, Duration longest) {
        if (longest.isZero() || frozen != known || over) {
            return;
        }
        try {
            wait(Math.max(1, longest.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of("finish the snapshot", e);
        }
    }

    synchronized boolean isLast(int known) {
        return frozen == known;
    }

    synchronized boolean areOver() {
        return over;
    }

    /** The trees cannot be read. */
    synchronized void fail(RuntimeException why) {
        failure = why;
    }

    /** Throws why the trees cannot be read: the rest of the database is of no use then. */
    synchronized void requireTrees() {
        if (failure != null) {
            throw failure;
        }
    }
}
