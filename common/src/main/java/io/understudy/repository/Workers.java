package io.understudy.repository;

import io.understudy.failure.Cancellation;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A few threads that do one thing to many items; a single one is the caller's own. The first failure stops them all. Use from one thread; close it. */
final class Workers implements AutoCloseable {
    private static final String WHAT = "go on";

    private final int threads;
    /** Empty where the caller's own thread does it all. */
    private final Optional<ExecutorService> pool;

    Workers(String name, int threads) {
        this.threads = threads;
        this.pool = threads == 1 ? Optional.empty() : Optional.of(pool(name, threads));
    }

    private static ExecutorService pool(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Returns when all items are done.
     *
     * @throws UnderstudyException {@code CANCELLED} when the calling thread is interrupted, which stays marked as such
     */
    <T> void forEach(List<T> items, Consumer<? super T> work) {
        if (pool.isPresent()) {
            forEach(pool.get(), items, work);
            return;
        }
        for (T item : items) {
            Cancellation.check(WHAT);
            work.accept(item);
        }
    }

    private <T> void forEach(ExecutorService pool, List<T> items, Consumer<? super T> work) {
        Iterator<T> left = items.iterator();
        Shared<T> shared = new Shared<>(left);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < Math.min(threads, items.size()); i++) {
            running.add(pool.submit(() -> shared.drain(work)));
        }
        try {
            await(running, shared);
        } catch (InterruptedException e) {
            shared.stop();
            pool.shutdownNow();
            Thread.currentThread().interrupt();
            throw Cancellation.of(WHAT, e);
        }
    }

    @Override
    public void close() {
        pool.ifPresent(ExecutorService::shutdownNow);
    }

    private static void await(List<Future<?>> running, Shared<?> shared) throws InterruptedException {
        Throwable first = null;
        for (Future<?> one : running) {
            try {
                one.get();
            } catch (ExecutionException e) {
                shared.stop();
                first = first == null ? e.getCause() : first;
            }
        }
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
    }

    /** What is left to do. */
    private static final class Shared<T> {
        private final Iterator<T> left;
        private boolean stopped;

        Shared(Iterator<T> left) {
            this.left = left;
        }

        synchronized void stop() {
            stopped = true;
        }

        void drain(Consumer<? super T> work) {
            try {
                for (T item = next(); item != null; item = next()) {
                    work.accept(item);
                }
            } catch (RuntimeException | Error e) {
                stop();
                throw e;
            }
        }

        private synchronized T next() {
            return !stopped && left.hasNext() ? left.next() : null;
        }
    }
}
