package io.understudy.replica.round;

import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Work of the calling thread on this server that is interrupted when it takes longer than a limit. */
public final class TimeLimit {
    private TimeLimit() {}

    /**
     * @param tooLong makes what is thrown when it took longer
     * @throws UnderstudyException what the work throws, in time
     */
    public static <T> T on(Supplier<T> work, Duration limit, Supplier<UnderstudyException> tooLong) {
        RoundControl control = new RoundControl();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("time-limit"));
        try {
            control.begin();
            timer.schedule(control::cancel, limit.toMillis(), TimeUnit.MILLISECONDS);
            // What is done is done, be it late.
            return work.get();
        } catch (RuntimeException e) {
            if (!control.isCancelled()) {
                throw e;
            }
            UnderstudyException late = tooLong.get();
            late.addSuppressed(e);
            throw late;
        } finally {
            control.end();
            timer.shutdownNow();
        }
    }
}
