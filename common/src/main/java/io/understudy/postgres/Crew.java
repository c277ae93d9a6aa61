package io.understudy.postgres;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The threads and sessions of one piece of parallel work. Once one of them fails, or the owner's own thread is interrupted, all are ended: what
 * runs on the server is cancelled, programs are killed by the interrupt. After {@link #close()} nothing is left. Used by its owner's thread
 * only, but for {@link #session}.
 */
public final class Crew implements AutoCloseable {
    private final ExecutorService threads;
    private final ExecutorCompletionService<Void> finished;
    private final List<Future<Void>> tasks = new ArrayList<>();
    private final List<Session> sessions = new ArrayList<>();
    private final String what;
    private boolean stopping;

    /** @param what the work as messages name it: {@code take the snapshot} */
    public Crew(String what) {
        this.what = what;
        this.threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "crew");
            thread.setDaemon(true);
            return thread;
        });
        this.finished = new ExecutorCompletionService<>(threads);
    }

    /** Opens a session that ends with the crew at the latest. Thread-safe. */
    public Session session(Supplier<Session> opening) {
        Session session = opening.get();
        synchronized (sessions) {
            sessions.add(session);
            if (stopping) {
                session.abort();
            }
        }
        return session;
    }

    public void start(Runnable task) {
        Callable<Void> work = () -> {
            task.run();
            return null;
        };
        tasks.add(finished.submit(work));
    }

    /** Runs what waits for the server in a thread of the crew, so that an interrupt of this one still ends it. */
    public <T> T call(Supplier<T> task) {
        AtomicReference<T> result = new AtomicReference<>();
        start(() -> result.set(task.get()));
        await();
        return result.get();
    }

    /**
     * Returns when all started tasks have ended well.
     *
     * @throws RuntimeException what the first one to fail has thrown; {@code CANCELLED} when this thread is interrupted
     */
    public void await() {
        try {
            while (!tasks.isEmpty()) {
                Future<Void> task = finished.take();
                tasks.remove(task);
                task.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(ErrorCode.CANCELLED, "cannot " + what + ": cancelled", "run it again", e);
        } catch (ExecutionException e) {
            throw unchecked(e.getCause());
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }

    @Override
    public void close() {
        if (!tasks.isEmpty()) {
            threads.shutdownNow();
            stop();
            tasks.forEach(Crew::awaitEnd);
        }
        threads.shutdown();
        synchronized (sessions) {
            sessions.forEach(Session::close);
        }
    }

    private void stop() {
        synchronized (sessions) {
            stopping = true;
            sessions.forEach(Session::abort);
        }
    }

    /** However it ends: the first failure is already on its way to the caller. */
    private static void awaitEnd(Future<Void> task) {
        boolean interrupted = false;
        while (true) {
            try {
                task.get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | CancellationException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
