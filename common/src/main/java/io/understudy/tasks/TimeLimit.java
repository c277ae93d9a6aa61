package io.understudy.tasks;

import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Work of the calling thread on this server that is interrupted when it takes longer than a limit. */
public final class TimeLimit {
    private final Thread worker = Thread.currentThread();
    private boolean over;
    private boolean ended;

    private TimeLimit() {}

    /**
     * @param tooLong makes what is thrown when it took longer
     * @throws UnderstudyException what the work throws, in time
     */
    public static <T> T on(Supplier<T> work, Duration limit, Supplier<UnderstudyException> tooLong) {
        TimeLimit one = new TimeLimit();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("time-limit"));
        try {
            timer.schedule(one::interrupt, limit.toMillis(), TimeUnit.MILLISECONDS);
            // What is done is done, be it late.
            return work.get();
        } catch (RuntimeException e) {
            if (!one.isOver()) {
                throw e;
            }
            UnderstudyException late = tooLong.get();
            late.addSuppressed(e);
            throw late;
        } finally {
            one.end();
            timer.shutdownNow();
        }
    }

    private synchronized void interrupt() {
        if (!ended) {
            over = true;
            worker.interrupt();
        }
    }

    private synchronized boolean isOver() {
        return over;
    }

    /** The thread is given back without an interrupt that was meant for the work. */
    private synchronized void end() {
        ended = true;
        if (over) {
            Thread.interrupted();
        }
    }
}
