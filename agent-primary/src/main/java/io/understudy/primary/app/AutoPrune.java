package io.understudy.primary.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.retention.ContinuousRetention;
import io.understudy.primary.retention.Pruning;
import io.understudy.progress.Progress;
import io.understudy.tasks.DaemonThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The daemon's own pruning: after a snapshot, when it is due, while the next work already runs. Thread-safe; its thread
 * ends when it has nothing to do.
 */
final class AutoPrune implements EventSink, AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Pruning pruning;
    private final ContinuousRetention continuous;
    private final Events events;
    private final ThreadPoolExecutor worker;

    /**
     * @param continuous deletes continuous snapshots, once a minute at most
     * @param events that both report to
     */
    AutoPrune(Pruning pruning, ContinuousRetention continuous, Events events) {
        this.pruning = pruning;
        this.continuous = continuous;
        this.events = events;
        // While one is under way another is not needed.
        this.worker = new ThreadPoolExecutor(
                0,
                1,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                DaemonThreads.named("prune"),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
            continuous.committed(committed.manifest());
            boolean due = continuous.isDue();
            if (due || !committed.manifest().isContinuous()) {
                worker.execute(() -> work(due));
            }
        } else if (event instanceof PrimaryEvent.SnapshotUnneeded) {
            worker.execute(() -> work(false));
        }
    }

    /** Stops what runs and gives it ten seconds to end. */
    @Override
    public void close() {
        worker.shutdownNow();
        try {
            worker.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(boolean continuousIsDue) {
        try {
            if (continuousIsDue) {
                continuous.delete();
            }
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the deletion of continuous snapshots", e));
        }
        pruneIfDue();
    }

    private void pruneIfDue() {
        try {
            if (!pruning.isDue()) {
                return;
            }
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.PruningUndecided(e));
            return;
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the decision whether to prune", e));
            return;
        }
        try {
            pruning.pruneDue(Progress.none());
        } catch (RuntimeException e) {
            // It is reported.
        }
    }
}
