package io.understudy.history;

import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the values out of notes of rows that are too old, every hour while an agent runs: also where no one calls
 * {@code restore-row} again. What fails is a warning.
 */
public final class RowNotePruning implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RowNotePruning.class);
    private static final int FIRST_MINUTE = 1;
    private static final int MINUTES = 60;

    private final RowNotes notes;
    private final WarnOnce warnOnce;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("row-notes"));

    RowNotePruning(RowNotes notes, Ticker ticker) {
        this.notes = notes;
        this.warnOnce = new WarnOnce(ticker);
    }

    /** @param state the state folder */
    public static Service of(Path state) {
        return () -> {
            Ticker ticker = Ticker.system();
            RowNotePruning pruning = new RowNotePruning(new RowNotes(state, Clock.systemUTC(), ticker), ticker);
            pruning.executor.scheduleWithFixedDelay(pruning::run, FIRST_MINUTE, MINUTES, TimeUnit.MINUTES);
            return pruning;
        };
    }

    /** Once, now. */
    void run() {
        try {
            notes.clean();
        } catch (UnderstudyException e) {
            if (warnOnce.isDue(e.getMessage())) {
                LOG.warn("cannot empty old notes of restore-row: {} ({})", e.getMessage(), e.hint());
            }
        } catch (RuntimeException e) {
            // An exception would end the schedule.
            LOG.error("cannot empty old notes of restore-row", e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
