package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.PrimaryEvents;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.retention.Pruning;
import io.understudy.progress.Progress;
import io.understudy.tasks.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's own pruning: after a snapshot, when it is due, while the next work already runs. Thread-safe; its thread
 * ends when it has nothing to do.
 */
final class AutoPrune implements PrimaryEvents, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AutoPrune.class);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Pruning pruning;
    private final ThreadPoolExecutor worker;

    AutoPrune(Pruning pruning) {
        this.pruning = pruning;
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
    public void committed(Taken taken) {
        worker.execute(this::pruneIfDue);
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

    private void pruneIfDue() {
        try {
            if (!pruning.isDue()) {
                return;
            }
        } catch (UnderstudyException e) {
            LOG.warn("whether to prune is not known: {}; hint: {}", e.getMessage(), e.hint());
            return;
        }
        try {
            pruning.prune(Progress.none());
        } catch (UnderstudyException e) {
            LOG.debug("the listeners have reported it", e);
        }
    }
}
