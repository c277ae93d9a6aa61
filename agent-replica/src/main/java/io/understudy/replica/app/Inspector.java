package io.understudy.replica.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Inspection;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Inspects this server every fifteen seconds, so that what is live no more is loaded again soon, and monitoring sees
 * it. Its thread, which may wait for the database server, runs from {@link #start} to {@link #close}.
 */
final class Inspector implements AutoCloseable {
    private static final int SECONDS = 15;

    private final Inspection inspection;
    private final Runnable wake;
    private final Events events;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("inspector"));
    private final WarnOnce warnOnce;
    private volatile List<Discrepancy> last = List.of();

    /** @param wake called when something is found that can be repaired; the round keeps the pauses between attempts */
    Inspector(Inspection inspection, Runnable wake, Events events, Ticker ticker) {
        this.inspection = inspection;
        this.wake = wake;
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
    }

    Inspector start() {
        executor.scheduleWithFixedDelay(this::look, 0, SECONDS, TimeUnit.SECONDS);
        return this;
    }

    /** What the last look found. */
    List<Discrepancy> last() {
        return last;
    }

    /** One look, now. */
    void look() {
        try {
            List<Discrepancy> found = inspection.look();
            boolean news = !found.equals(last);
            last = found;
            if (news && found.stream().anyMatch(Discrepancy::mendedByLoading)) {
                wake.run();
            }
            events.report(new ReplicaEvent.SiteInspected(found.stream().noneMatch(Discrepancy::breaksSite)));
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
