package io.understudy.replica.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Inspection;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Inspects this server every fifteen seconds, so that what is live no more is loaded again soon, and monitoring sees
 * it. Its thread, which may wait for the database server, runs from {@link #start} to {@link #close}.
 */
final class Inspector implements AutoCloseable {
    private static final int SECONDS = 15;

    private final Inspection inspection;
    private final Consumer<List<Discrepancy>> listener;
    private final Events events;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "inspector");
        thread.setDaemon(true);
        return thread;
    });
    private final WarnOnce warnOnce;
    private volatile List<Discrepancy> last = List.of();

    /** @param listener receives what was found, each time */
    Inspector(Inspection inspection, Consumer<List<Discrepancy>> listener, Events events, Ticker ticker) {
        this.inspection = inspection;
        this.listener = listener;
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
    }

    void start() {
        executor.scheduleWithFixedDelay(this::look, 0, SECONDS, TimeUnit.SECONDS);
    }

    /** What the last look found. */
    List<Discrepancy> last() {
        return last;
    }

    /** One look, now. */
    void look() {
        try {
            List<Discrepancy> found = inspection.look();
            last = found;
            listener.accept(found);
            warnOnce.well();
        } catch (UnderstudyException e) {
            if (warnOnce.isDue(e.getMessage())) {
                events.report(new ReplicaEvent.LookFailed("what is live", e));
            }
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the inspection", e));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
