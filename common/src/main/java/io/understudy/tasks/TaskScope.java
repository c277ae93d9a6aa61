package io.understudy.tasks;

import io.understudy.failure.Cancellation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The threads of one piece of parallel work, and what they hold open. The first failure, or an interrupt of the owner's
 * thread, stops all: threads are interrupted, what they wait for elsewhere is aborted, and after {@link #close()}
 * nothing is left. Used by its owner's thread only, but for {@link #open}.
 *
 * <p>Source of the idea: "Notes on structured concurrency, or: Go statement considered harmful", N. J. Smith, 2018.
 */
public final class TaskScope implements AutoCloseable {
    /** What a task may wait for without noticing an interrupt, such as an answer of a server. */
    public interface Abortable extends AutoCloseable {
        /** Ends it from another thread, at once. */
        void abort();

        @Override
        void close();
    }

    private final String what;
    private final ExecutorService threads;
    private final ExecutorCompletionService<Void> finished;
    private final List<Abortable> opened = new ArrayList<>();
    private int running;
    private boolean stopping;

    /** @param what the work, as messages and threads name it: {@code take the snapshot} */
    public TaskScope(String what) {
        this.what = what;
        this.threads = Executors.newCachedThreadPool(DaemonThreads.named(what));
        this.finished = new ExecutorCompletionService<>(threads);
    }

    /** Opens what ends with the scope at the latest. Thread-safe. */
    public <T extends Abortable> T open(Supplier<T> opening) {
        T resource = opening.get();
        synchronized (opened) {
            opened.add(resource);
            if (stopping) {
                resource.abort();
            }
        }
        return resource;
    }

    /** Leaves to the caller what is open, after {@link #await}: it does not end with the scope any more. */
    public List<Abortable> detach() {
        synchronized (opened) {
            List<Abortable> all = List.copyOf(opened);
            opened.clear();
            return all;
        }
    }

    public void start(Runnable task) {
        finished.submit(task, null);
        running++;
    }

    /**
     * Runs what does not notice an interrupt in a thread of the scope, so that an interrupt of this one still ends it.
     */
    public <T> T call(Supplier<T> task) {
        AtomicReference<T> result = new AtomicReference<>();
        start(() -> result.set(task.get()));
        await();
        return result.get();
    }

    /**
     * Does one thing to each of the items, in no order. After a failure no further item is begun.
     *
     * @param most threads at a time; 1: this thread does it
     * @throws RuntimeException as {@link #await}
     */
    public <T> void forEach(int most, Collection<? extends T> items, Consumer<T> work) {
        Iterator<? extends T> left = items.iterator();
        AtomicBoolean failed = new AtomicBoolean();
        if (most == 1) {
            drain(left, failed, work);
            return;
        }
        for (int i = 0; i < Math.min(most, items.size()); i++) {
            start(() -> drain(left, failed, work));
        }
        await();
    }

    private <T> void drain(Iterator<? extends T> left, AtomicBoolean failed, Consumer<T> work) {
        try {
            for (T item = next(left); item != null && !failed.get(); item = next(left)) {
                Cancellation.check(what);
                work.accept(item);
            }
        } catch (RuntimeException | Error e) {
            failed.set(true);
            throw e;
        }
    }

    private static <T> T next(Iterator<? extends T> left) {
        synchronized (left) {
            return left.hasNext() ? left.next() : null;
        }
    }

    /**
     * Returns when all started tasks have ended well.
     *
     * @throws RuntimeException what the first one to fail has thrown; {@code CANCELLED} when this thread is
     *     interrupted, which it stays
     */
    public void await() {
        try {
            while (running > 0) {
                Future<Void> task = finished.take();
                running--;
                task.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of(what, e);
        } catch (ExecutionException e) {
            throw unchecked(e.getCause());
        }
    }

    /** For a caller that throws on what a task has thrown. @throws Error where it is one */
    public static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    /**
     * Stops what still runs, and waits for its end, however that is: the first failure is already on its way to the
     * caller.
     */
    @Override
    public void close() {
        if (running > 0) {
            threads.shutdownNow();
            abort();
            DaemonThreads.awaitEnd(threads);
        }
        threads.shutdown();
        synchronized (opened) {
            opened.forEach(Abortable::close);
        }
    }

    private void abort() {
        synchronized (opened) {
            stopping = true;
            opened.forEach(Abortable::abort);
        }
    }
}
