package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.Looked;
import io.understudy.primary.capture.Need;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.Taken;
import io.understudy.progress.Progress;
import io.understudy.tasks.DaemonThreads;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The one thread of the daemon that takes snapshots, in the order in which they are asked for. Thread-safe; the thread
 * starts with the first.
 */
final class SnapshotQueue implements AutoCloseable {
    private static final int MOST_WAITING = 16;
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final SnapshotTaker taker;
    private final ThreadPoolExecutor worker;
    private final Set<Job<?>> jobs = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();
    private volatile Step step;
    private volatile Supplier<Optional<String>> other = Optional::empty;

    /** Where the running snapshot stands. */
    record Step(String name, long doneBytes, long totalBytes) {}

    SnapshotQueue(SnapshotTaker taker) {
        this.taker = taker;
        this.worker = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), DaemonThreads.named("snapshot"));
    }

    /**
     * Asks for a snapshot. Cancelling the job with an interrupt ends it; nothing of it remains.
     *
     * @throws UnderstudyException {@code LOCKED} when many wait already, {@code CANCELLED} when the queue is closed
     */
    Job<Taken> submit(SnapshotRequest request, Progress progress) {
        return submit(new Job<>(() -> take(request, progress)));
    }

    /** Asks for a snapshot of the schedule, unless the newest one is enough. As {@link #submit}. */
    Job<Optional<Taken>> submitIfNeeded(SnapshotRequest request, Need need) {
        return submit(new Job<>(() -> stepped("prepare", () -> taker.takeIfNeeded(request, need, this::at))));
    }

    /** Cancels all that runs and waits. */
    void giveWay() {
        jobs.forEach(job -> job.cancel(true));
    }

    /** Asks for a continuous snapshot, if anything changed. As {@link #submit}. */
    Job<Looked> submitLook() {
        return submit(new Job<>(() -> stepped("", () -> taker.takeIfChanged(this::at))));
    }

    /** No look follows soon. */
    void rest() {
        taker.rest();
    }

    /** Whether nothing runs and nothing waits. */
    boolean isIdle() {
        return open.get() == 0;
    }

    private <T> Job<T> submit(Job<T> job) {
        try {
            open.incrementAndGet();
            jobs.add(job);
            worker.execute(job);
        } catch (RejectedExecutionException e) {
            open.decrementAndGet();
            jobs.remove(job);
            throw worker.isShutdown()
                    ? new UnderstudyException(
                            ErrorCode.CANCELLED, "cannot take a snapshot: the agent is stopping", "ask again later", e)
                    : new UnderstudyException(
                            ErrorCode.LOCKED,
                            "cannot take a snapshot: " + MOST_WAITING + " are queued already",
                            "wait until they are done",
                            e);
        }
        return job;
    }

    /** What the agent does besides, which is shown while no snapshot is taken. */
    void besides(Supplier<Optional<String>> work) {
        other = work;
    }

    /** Where the running snapshot stands, or what else is done; empty while nothing is. */
    Optional<Step> step() {
        return Optional.ofNullable(step).or(() -> other.get().map(what -> new Step(what, 0, -1)));
    }

    /** Cancels what runs and what waits, and gives it twenty seconds to end. */
    @Override
    public void close() {
        worker.shutdownNow().forEach(waiting -> ((Job<?>) waiting).cancel(true));
        try {
            worker.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something that was asked for. */
    final class Job<T> extends FutureTask<T> {
        private Job(Callable<T> work) {
            super(work);
        }

        @Override
        protected void done() {
            jobs.remove(this);
            open.decrementAndGet();
        }
    }

    private Taken take(SnapshotRequest request, Progress progress) {
        return stepped(
                "prepare",
                () -> taker.take(request, (name, doneBytes, totalBytes) -> {
                    at(name, doneBytes, totalBytes);
                    progress.report(name, doneBytes, totalBytes);
                }));
    }

    /** @param first step that is shown; empty: none until there is progress */
    private <T> T stepped(String first, Supplier<T> work) {
        step = first.isEmpty() ? null : new Step(first, 0, -1);
        try {
            return work.get();
        } finally {
            step = null;
        }
    }

    private void at(String name, long doneBytes, long totalBytes) {
        step = new Step(name, doneBytes, totalBytes);
    }
}
