package io.understudy.dns;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Looks every now and then where the names of the site point, in a thread of its own: no work of the agent waits for a
 * resolver. Reports when DNS and marker begin and cease to say the same. Thread-safe.
 */
public final class DnsWatch implements Service {
    private final DnsGuard guard;
    private final BooleanSupplier marker;
    private final BooleanSupplier fenced;
    private final boolean ofStandby;
    private final Duration every;
    private final Events events;
    private final Metrics metrics;
    private volatile Optional<DnsLook> last = Optional.empty();
    private String reported = "";

    /**
     * @param marker whether this server is in backup mode; throws UnderstudyException where that can't be seen
     * @param fenced whether it is known that another server was promoted after this one
     * @param ofStandby whether this agent reports what it sees while the server is in backup mode; the other one does
     *     while it is not
     */
    public DnsWatch(
            DnsGuard guard,
            BooleanSupplier marker,
            BooleanSupplier fenced,
            boolean ofStandby,
            Duration every,
            Events events,
            Metrics metrics) {
        this.guard = guard;
        this.marker = marker;
        this.fenced = fenced;
        this.ofStandby = ofStandby;
        this.every = every;
        this.events = events;
        this.metrics = metrics;
    }

    @Override
    public AutoCloseable start() {
        ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("dns"));
        worker.scheduleWithFixedDelay(this::guarded, 0, every.toMillis(), TimeUnit.MILLISECONDS);
        return worker::shutdownNow;
    }

    /** What was seen last; empty before the first look, and where the marker could not be seen. */
    public Optional<DnsLook> last() {
        return last;
    }

    private void guarded() {
        try {
            look();
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the look at DNS", e));
        }
    }

    /** One look. */
    public void look() {
        boolean backup;
        try {
            backup = marker.getAsBoolean();
        } catch (UnderstudyException e) {
            // What needs the marker reports it; without it there is nothing to compare.
            last = Optional.empty();
            return;
        }
        DnsLook now = guard.look(backup);
        last = Optional.of(now);
        metrics.set(Metric.DNS_AGREES, now.isKnown() ? now.agrees() ? 1 : 0 : Double.NaN);
        metrics.set(Metric.DNS_TTL_SECONDS, now.ttlSeconds());
        metrics.set(
                Metric.DNS_SILENT_SERVERS,
                now.silent().stream().map(DnsLook.Answer::server).distinct().count());
        if (backup == ofStandby) {
            report(now, backup);
        } else {
            reported = "";
        }
    }

    /**
     * The number of seconds in it changes with each look: what is compared says who says what, and what an operator is
     * to do then.
     */
    private void report(DnsLook now, boolean standby) {
        if (!now.isKnown()) {
            return;
        }
        if (now.agrees()) {
            if (!reported.isEmpty()) {
                events.report(new CommonEvent.DnsAgrees(now.text()));
                reported = "";
            }
            return;
        }
        // An old primary that is a standby now stays overtaken, and has nothing more to do for that.
        boolean overtaken = !standby && fenced.getAsBoolean();
        String state = now.text().replaceAll("; caches may.*", "") + (overtaken ? "; fenced" : "");
        if (!state.equals(reported)) {
            events.report(new CommonEvent.DnsDisagrees(now.text(), overtaken, standby));
            reported = state;
        }
    }
}
