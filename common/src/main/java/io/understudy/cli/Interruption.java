package io.understudy.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While it is open, the process's end interrupts a thread and waits, at most 45 seconds, until the command has said
 * its last word: its thread may have an error to print.
 */
final class Interruption implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(45);

    private final CountDownLatch over;
    private final Thread hook;

    private Interruption(Thread worker, Runnable ending, CountDownLatch over) {
        this.over = over;
        this.hook = new Thread(
                () -> {
                    ending.run();
                    interrupt(worker);
                },
                "interruption");
    }

    /** @param over counted down when the command has ended */
    static Interruption of(Thread worker, Runnable ending, CountDownLatch over) {
        Interruption interruption = new Interruption(worker, ending, over);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    void guard(Runnable work) {
        work.run();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The process is ending: the hook waits for the end of the command.
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
