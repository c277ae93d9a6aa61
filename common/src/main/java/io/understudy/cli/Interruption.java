package io.understudy.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** While it is open, the end of the process interrupts a thread and waits, at most 45 seconds, until it is closed. */
final class Interruption implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(45);

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook;

    private Interruption(Thread worker, Runnable ending) {
        this.hook = new Thread(
                () -> {
                    ending.run();
                    interrupt(worker);
                },
                "interruption");
    }

    static Interruption of(Thread worker, Runnable ending) {
        Interruption interruption = new Interruption(worker, ending);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    void guard(Runnable work) {
        work.run();
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The process is ending: the hook has been waiting for this.
        }
    }

    private void interrupt(Thread worker) {
        worker.interrupt();
        try {
            over.await(GRACE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
