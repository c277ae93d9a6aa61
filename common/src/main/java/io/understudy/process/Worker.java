package io.understudy.process;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.io.function.IORunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A daemon thread for one piece of work whose end, good or bad, is a future. */
final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final Thread thread;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private Worker(String name, IORunnable work) {
        thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
    }

    static Worker start(String name, IORunnable work) {
        Worker worker = new Worker(name, work);
        worker.thread.start();
        return worker;
    }

    CompletableFuture<Void> done() {
        return done;
    }

    /** Interrupts the work if it still runs and waits for its end, at most that long. */
    void stop(Duration patience) {
        if (done.isDone()) {
            return;
        }
        thread.interrupt();
        boolean interrupted = Thread.interrupted();
        try {
            done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            LOG.debug("{} ended: {}", thread.getName(), String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            LOG.warn("{} goes on although its program has ended", thread.getName());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(IORunnable work) {
        try {
            work.run();
            done.complete(null);
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }
}
