package io.understudy.primary.quiesce;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.Quiesce.Still;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.primary.quiesce.SiteQuiesce.Site;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The site of one snapshot. The monitor guards what is remembered of it alone: all commands run outside of it, in this
 * snapshot's {@link SiteTurn}, which lasts from before the stop until the first attempt of a start has ended.
 */
final class StillSite implements Still {
    private final Duration limit;
    private final Site site;
    private final FrozenTrees frozen;
    private final Optional<Instant> fenced;
    private final SiteStart start;
    private final Events events;
    private final Ticker ticker;
    private final Executor starts;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("quiesce"));

    /** Of this snapshot's turn; RUNNING where it has none: then the phase of the state folder alone counts. */
    private SitePhase phase = SitePhase.RUNNING;

    private Optional<ProcessLock> turn = Optional.empty();
    private boolean late;
    private boolean cleared;
    private long since;
    private Duration down = Duration.ZERO;

    /** @param fenced what is known of {@code on_fenced} when the snapshot begins */
    StillSite(
            Duration limit,
            Site site,
            FrozenTrees frozen,
            Optional<Instant> fenced,
            Events events,
            Ticker ticker,
            Executor starts) {
        this.limit = limit;
        this.site = site;
        this.frozen = frozen;
        this.fenced = fenced;
        this.start = new SiteStart(site.commands(), site.state(), site.right(), events);
        this.events = events;
        this.ticker = ticker;
        this.starts = starts;
        this.since = ticker.nanos();
    }

    @Override
    public void stop() {
        if (phase() == SitePhase.QUIET) {
            return;
        }
        frozen.prepare();
        // Stopped for good since this snapshot began: it is in the way of the last one, or would be started behind
        // that.
        site.right().since(fenced).ifPresent(why -> {
            throw why;
        });
        noted();
        PrimaryPoint.QUIESCE_NOTED.reached();
        try {
            site.commands().stop();
            site.state().enter(SitePhase.QUIET);
            PrimaryPoint.SITE_QUIET.reached();
        } catch (RuntimeException e) {
            start();
            throw e;
        }
        if (quiet()) {
            start();
        }
    }

    private synchronized SitePhase phase() {
        return phase;
    }

    /** The turn begins. */
    private void noted() {
        ProcessLock held = site.turn().take();
        try {
            site.state().stopping(fenced);
            stopping(held);
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
    }

    private synchronized void stopping(ProcessLock held) {
        turn = Optional.of(held);
        phase = SitePhase.STOPPING;
        late = false;
        since = ticker.nanos();
        long begun = since;
        watch.schedule(() -> tooLate(begun), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @return whether its time was over before it was */
    private synchronized boolean quiet() {
        phase = SitePhase.QUIET;
        return late;
    }

    /** The site does not wait longer, whatever the snapshot does. One that is being stopped is started behind that. */
    void tooLate(long begun) {
        synchronized (this) {
            if (begun != since || phase != SitePhase.STOPPING && phase != SitePhase.QUIET) {
                return;
            }
            late = true;
            if (phase == SitePhase.STOPPING) {
                return;
            }
        }
        start();
    }

    @Override
    public synchronized void requireStill() {
        if (late) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_TIMEOUT,
                    "cannot take a snapshot of the quiet site: it was stopped for " + limit.toSeconds()
                            + " s before the moment was taken, and started again",
                    "raise quiesce.limit, or look what takes so long: locks of other sessions, the command that stops the"
                            + " site, a dump that is whole within it (databases[].quiesce)");
        }
    }

    @Override
    public boolean fix() {
        requireStill();
        if (phase() != SitePhase.QUIET) {
            return false;
        }
        List<PrimaryEvent> fixed;
        try {
            fixed = frozen.fix(sinceStop());
            // It may have been started in the middle of that.
            requireStill();
        } finally {
            start();
        }
        fixed.forEach(events::report);
        return true;
    }

    private synchronized long sinceStop() {
        return since;
    }

    /** Nothing waits for it. */
    private void start() {
        ProcessLock held;
        synchronized (this) {
            if (phase != SitePhase.STOPPING && phase != SitePhase.QUIET) {
                return;
            }
            phase = SitePhase.STARTING;
            held = turn.orElseThrow();
        }
        try {
            starts.execute(() -> attempt(held));
        } catch (RuntimeException | Error e) {
            // As where no thread can be made: the watch starts it.
            handedOver(held);
            throw e;
        }
    }

    /** Where it fails, the watch goes on with it. */
    private void attempt(ProcessLock held) {
        try {
            if (start.run(Optional.empty()).isEmpty()) {
                events.report(new PrimaryEvent.SiteWasQuiet(lasted()));
            }
        } catch (RuntimeException e) {
            events.report(new PrimaryEvent.QuiesceStartFailed(Unexpected.of("start the site", e)));
        } finally {
            handedOver(held);
        }
    }

    private synchronized Duration lasted() {
        return ticker.since(since);
    }

    private synchronized void handedOver(ProcessLock held) {
        down = down.plus(ticker.since(since));
        since = ticker.nanos();
        phase = SitePhase.RUNNING;
        turn = Optional.empty();
        try {
            settle();
        } finally {
            held.close();
        }
    }

    /** What is not settled by now the watch does, or the next snapshot. */
    private void settle() {
        if (cleared && phase == SitePhase.RUNNING && !site.state().phase().isDown()) {
            site.state().over();
        }
    }

    @Override
    public List<TreeSettings> trees() {
        return frozen.trees();
    }

    @Override
    public synchronized Optional<Duration> down() {
        boolean isDown = phase != SitePhase.RUNNING || site.state().phase().isDown();
        return Optional.of(isDown ? down.plus(ticker.since(since)) : down);
    }

    @Override
    public void close() {
        watch.shutdownNow();
        start();
    }

    /** What cannot be removed is left to the watch; a site that is not started is the worse failure. */
    @Override
    public void clear() {
        boolean interrupted = Thread.interrupted();
        try {
            frozen.remove();
            cleared();
            if (frozen.hadLeftover()) {
                events.report(new PrimaryEvent.QuiesceCleared());
            }
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.QuiesceLeftover(e));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void cleared() {
        cleared = true;
        settle();
    }
}
