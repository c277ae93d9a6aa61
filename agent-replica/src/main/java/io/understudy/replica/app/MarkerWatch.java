package io.understudy.replica.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.state.BackupMode;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the marker every second, so that its removal stops an import at once. Its thread runs from {@link #start} to
 * {@link #close}.
 */
public final class MarkerWatch implements AutoCloseable {
    private final BackupMode backup;
    private final Runnable gone;
    private final Runnable changed;
    private final Runnable each;
    private final Events events;
    private final WarnOnce warnOnce;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("marker-watch"));
    private boolean on;
    private boolean known;

    /**
     * @param gone called when the marker was removed
     * @param changed called afterwards, and when it appeared
     * @param each called every second
     */
    MarkerWatch(BackupMode backup, Runnable gone, Runnable changed, Runnable each, Events events, Ticker ticker) {
        this.backup = backup;
        this.gone = gone;
        this.changed = changed;
        this.each = each;
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
    }

    /** Looks once before it returns: a removal from now on is seen. */
    MarkerWatch start() {
        look();
        executor.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
        return this;
    }

    /** One look. */
    public void look() {
        try {
            boolean now = backup.on();
            boolean news = known && now != on;
            known = true;
            on = now;
            if (news && !now) {
                gone.run();
            }
            if (news) {
                changed.run();
            }
            each.run();
            warnOnce.well();
        } catch (UnderstudyException e) {
            if (warnOnce.isDue(e.getMessage())) {
                events.report(new ReplicaEvent.LookFailed("the marker", e));
            }
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the watch of the marker", e));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
