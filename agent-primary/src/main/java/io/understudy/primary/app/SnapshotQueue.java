package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.Taken;
import io.understudy.progress.Progress;
import io.understudy.tasks.DaemonThreads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread of the daemon that takes snapshots, in the order in which they are asked for. Thread-safe; the thread
 * starts with the first.
 */
final class SnapshotQueue implements AutoCloseable {
    private static final int MOST_WAITING = 16;
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final SnapshotTaker taker;
    private final ThreadPoolExecutor worker;
    private volatile Step step;

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
    Job submit(SnapshotRequest request, Progress progress) {
        Job job = new Job(request, progress);
        try {
            worker.execute(job);
        } catch (RejectedExecutionException e) {
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

    /** Where the running snapshot stands; empty while none is taken. */
    Optional<Step> step() {
        return Optional.ofNullable(step);
    }

    /** Cancels what runs and what waits, and gives it twenty seconds to end. */
    @Override
    public void close() {
        worker.shutdownNow().forEach(waiting -> ((Job) waiting).cancel(true));
        try {
            worker.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One snapshot that was asked for. */
    final class Job extends FutureTask<Taken> {
        private Job(SnapshotRequest request, Progress progress) {
            super(() -> take(request, progress));
        }
    }

    private Taken take(SnapshotRequest request, Progress progress) {
        step = new Step("prepare", 0, -1);
        try {
            return taker.take(request, (name, doneBytes, totalBytes) -> {
                step = new Step(name, doneBytes, totalBytes);
                progress.report(name, doneBytes, totalBytes);
            });
        } finally {
            step = null;
        }
    }
}
