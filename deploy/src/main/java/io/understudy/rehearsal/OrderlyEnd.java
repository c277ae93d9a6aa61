package io.understudy.rehearsal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * When the process is asked to end (SIGINT, SIGTERM), the thread that made this is interrupted, and the process lives
 * on until that thread has stopped its servers and cleared its folder: until {@link #close}, a minute at the most after
 * it was unblocked.
 */
public final class OrderlyEnd implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch cleared = new CountDownLatch(1);
    private volatile Runnable unblock = () -> {};
    private boolean demanded;
    private boolean clearing;

    public OrderlyEnd() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::demand, "orderly-end"));
    }

    /** @param unblock ends what the thread may wait for and no interrupt ends */
    public void unblockedBy(Runnable unblock) {
        this.unblock = unblock;
    }

    /** Whether the process was asked to end. */
    public synchronized boolean demanded() {
        return demanded;
    }

    /** From here on the thread clears up and is not interrupted any more. */
    public synchronized void clearing() {
        clearing = true;
        Thread.interrupted();
    }

    /**
     * The thread has cleared up and goes on.
     *
     * @throws IllegalStateException when the process was asked to end before that
     */
    public synchronized void working() {
        clearing = false;
        if (demanded) {
            throw new IllegalStateException("the process is to end");
        }
    }

    private void demand() {
        if (cleared.getCount() == 0) {
            return;
        }
        try {
            if (interruptWork()) {
                unblock.run();
            }
        } finally {
            awaitCleared();
        }
    }

    /** @return whether the thread worked */
    private synchronized boolean interruptWork() {
        demanded = true;
        if (!clearing) {
            worker.interrupt();
        }
        return !clearing;
    }

    private void awaitCleared() {
        try {
            cleared.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        cleared.countDown();
    }
}
