package io.understudy.tasks;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/** Parts of an agent that run next to each other: started in order, closed in reverse order. Thread-safe. */
public final class Services implements AutoCloseable {
    private final ArrayDeque<AutoCloseable> started = new ArrayDeque<>();
    private final Consumer<Exception> failed;

    /** @param failed receives what closing one throws; the others are closed all the same */
    public Services(Consumer<Exception> failed) {
        this.failed = failed;
    }

    /** Something that runs from its start on. */
    @FunctionalInterface
    public interface Service {
        /** Starts it. @return ends it */
        AutoCloseable start();
    }

    public synchronized void start(Service service) {
        started.push(service.start());
    }

    /** Idempotent. */
    @Override
    public synchronized void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                failed.accept(e);
            }
        }
    }
}
