package io.understudy.sites;

import io.understudy.config.Settings;

/** One site's agent, as a process with one site would have it. */
public interface SiteAgent extends AutoCloseable {
    /** Makes one, and starts nothing. */
    @FunctionalInterface
    interface Maker {
        SiteAgent make(Settings settings);
    }

    /**
     * Starts it, and runs it until this thread is interrupted; returns when all that it started has ended.
     *
     * @param up called when it does its work
     */
    void run(Runnable up) throws InterruptedException;

    /** Called, on another thread, right before the interrupt that ends it. */
    void ending();

    /** Frees what it holds, after it ran. */
    @Override
    void close();
}
