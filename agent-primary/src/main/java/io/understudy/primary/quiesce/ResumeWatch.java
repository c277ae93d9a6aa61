package io.understudy.primary.quiesce;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Starts a site that was left stopped: when the agent starts, and as long as it runs, until that works. The pauses
 * between two attempts double up to a minute. In a thread of its own: no snapshot and no follower waits for it.
 */
public final class ResumeWatch implements Service {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final SiteResume resume;
    private final Path lock;
    private final Events events;
    private final Ticker ticker;
    private Duration pause = Duration.ZERO;
    private long last;

    /** @param lock held while a snapshot is taken: then the site may be stopped on purpose */
    public ResumeWatch(SiteResume resume, Path lock, Events events, Ticker ticker) {
        this.resume = resume;
        this.lock = lock;
        this.events = events;
        this.ticker = ticker;
    }

    @Override
    public AutoCloseable start() {
        ScheduledExecutorService worker =
                Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("quiesce-resume"));
        worker.scheduleWithFixedDelay(this::guarded, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return worker::shutdownNow;
    }

    private void guarded() {
        try {
            look();
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the start of a site that was left stopped", e));
        }
    }

    /** One look, and the start that it calls for. */
    void look() {
        if (!resume.isDue() || ticker.since(last).compareTo(pause) < 0) {
            return;
        }
        Optional<ProcessLock> held = ProcessLock.tryAcquire(lock);
        if (held.isEmpty()) {
            return;
        }
        try {
            resume.run();
            pause = Duration.ZERO;
        } catch (UnderstudyException e) {
            Duration next = pause.isZero() ? EVERY : pause.multipliedBy(2);
            pause = next.compareTo(LONGEST) > 0 ? LONGEST : next;
            events.report(new PrimaryEvent.QuiesceStartFailed(e));
        } finally {
            last = ticker.nanos();
            held.get().close();
        }
    }
}
