package io.understudy.rehearsal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * When the process is told to end (SIGINT, SIGTERM), the thread that made this is interrupted, and the process lives on until that thread has
 * stopped its servers and cleared its folder: until {@link #close}, a minute at the most.
 */
public final class OrderlyEnd implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch cleared = new CountDownLatch(1);
    private volatile Runnable unblock = () -> {};
    private volatile boolean demanded;

    public OrderlyEnd() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::demand, "orderly-end"));
    }

    /** @param unblock ends what the thread may wait for and no interrupt ends */
    public void unblockedBy(Runnable unblock) {
        this.unblock = unblock;
    }

    /** Whether the process was told to end. */
    public boolean demanded() {
        return demanded;
    }

    private void demand() {
        if (cleared.getCount() == 0) {
            return;
        }
        demanded = true;
        worker.interrupt();
        try {
            unblock.run();
        } finally {
            awaitCleared();
        }
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
