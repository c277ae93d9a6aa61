package io.understudy.tasks;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Threads that keep no program alive. */
public final class DaemonThreads {
    private DaemonThreads() {}

    /** They work for the site of the thread that calls this. @param name of each of them */
    public static ThreadFactory named(String name) {
        Optional<String> site = SiteThreads.current();
        return work -> {
            Thread thread = new Thread(SiteThreads.as(site.orElse(null), work), name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Runs short work after a pause, on a thread of its own: the common pool of Java 25 has a single thread on two
     * processors, and anything that blocks it would keep the work waiting.
     */
    public static void later(String name, Duration pause, Runnable work) {
        ThreadFactory threads = named(name);
        CompletableFuture.delayedExecutor(
                        pause.toMillis(),
                        TimeUnit.MILLISECONDS,
                        each -> threads.newThread(each).start())
                .execute(work);
    }

    /** Waits until all of them have ended, however long that is. An interrupt does not end it, and stays. */
    public static void awaitEnd(ExecutorService threads) {
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = threads.awaitTermination(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
