package io.understudy.e2e;

import io.understudy.rehearsal.SiteClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A visitor who writes a note every second, and remembers how the site took it. Close it to end it. */
final class SteadyWriter implements AutoCloseable {
    private static final int CREATED = 201;
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final SiteClient site;
    private final Thread thread;
    private volatile int written;
    private volatile int refused;
    private volatile long slowest;
    private volatile Throwable failure;
    private volatile boolean over;

    SteadyWriter(SiteClient site) {
        this.site = site;
        this.thread = new Thread(this::write, "writer");
        thread.setDaemon(true);
        thread.start();
    }

    private void write() {
        try {
            while (!over) {
                long begin = System.nanoTime();
                boolean taken = site.addNote("note " + (written + refused)) == CREATED;
                slowest = Math.max(slowest, System.nanoTime() - begin);
                if (taken) {
                    written++;
                } else {
                    refused++;
                }
                TimeUnit.NANOSECONDS.sleep(BETWEEN.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    /** Notes that the site took. */
    int written() {
        return written;
    }

    int refused() {
        return refused;
    }

    Duration slowest() {
        return Duration.ofNanos(slowest);
    }

    /** @throws IllegalStateException when the site did not answer once */
    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new IllegalStateException("the site did not answer", failure);
        }
    }
}
