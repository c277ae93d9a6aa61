package io.understudy.primary.quiesce;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import io.understudy.time.GrowingPause;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a site that was left stopped: when the agent starts, and as long as it runs, until that works; in a command,
 * as long as its snapshot takes, and then until it works. The pauses between two attempts double up to a minute. In a
 * thread of its own: no snapshot and no follower waits for it, and it waits for no snapshot but one that has the site
 * stopped.
 */
public final class ResumeWatch implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(ResumeWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final SiteResume resume;
    private final Path lock;
    private final Events events;
    private final Ticker ticker;
    private final GrowingPause pause;
    private Optional<UnderstudyException> failure = Optional.empty();

    /** @param lock held while a snapshot is taken: then it reads what was frozen */
    public ResumeWatch(SiteResume resume, Path lock, Events events, Ticker ticker) {
        this.resume = resume;
        this.lock = lock;
        this.events = events;
        this.ticker = ticker;
        this.pause = new GrowingPause(ticker);
    }

    /** What it returns waits for an attempt that is under way, so that the end of the process ends none. */
    @Override
    public AutoCloseable start() {
        ScheduledExecutorService worker =
                Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("quiesce-resume"));
        worker.scheduleWithFixedDelay(this::guarded, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return () -> {
            worker.shutdown();
            DaemonThreads.awaitEnd(worker);
            resume.awaitAttempt();
        };
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
        if (!resume.isDue() || !pause.isOver()) {
            return;
        }
        boolean looked;
        // Also where a lock cannot be written, as on a full disk: it is tried again.
        try {
            looked = resume.isStopped() ? started() : cleared();
            failure = Optional.empty();
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                return;
            }
            looked = true;
            failed(e);
        }
        if (!resume.isDue()) {
            pause.succeeded();
        } else if (looked) {
            pause.failed();
        }
    }

    private void failed(UnderstudyException why) {
        failure = Optional.of(why);
        events.report(new PrimaryEvent.QuiesceStartFailed(why));
    }

    /** @return false where another one starts it, or has it stopped */
    private boolean started() {
        if (!resume.tryStart()) {
            return false;
        }
        pause.succeeded();
        return cleared();
    }

    /** @return false while a snapshot is taken */
    private boolean cleared() {
        Optional<ProcessLock> held;
        try {
            held = ProcessLock.tryAcquire(lock);
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.QuiesceLeftover(e));
            return true;
        }
        try {
            held.ifPresent(mine -> resume.clear());
        } finally {
            held.ifPresent(ProcessLock::close);
        }
        return held.isPresent();
    }

    /**
     * For a command that ends when the site runs: starts it until that works, with the same pauses. Where another
     * process does so, it is left to that one.
     *
     * @param alone held by the one command that does so: those of cron's do not gather
     * @throws UnderstudyException {@code COMMAND_FAILED}: the site is stopped. This thread was interrupted, which it
     *     stays, or another command goes on with it. The note in the state folder stays, too
     */
    public void untilStarted(Path alone) {
        if (!resume.isStopped()) {
            return;
        }
        Optional<ProcessLock> held = alone(alone);
        try {
            while (resume.isStopped()) {
                Cancellation.check("start the site");
                look();
                if (resume.isStopped()) {
                    ticker.pause(EVERY, "start the site");
                }
            }
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.CANCELLED) {
                throw e;
            }
            resume.awaitAttempt();
            if (resume.isStopped()) {
                UnderstudyException down = down("the command that tried to start it was ended");
                events.report(new PrimaryEvent.QuiesceStartFailed(down));
                throw down;
            }
        } finally {
            held.ifPresent(ProcessLock::close);
        }
    }

    /** Where it cannot be written, the site is started all the same. */
    private Optional<ProcessLock> alone(Path file) {
        Optional<ProcessLock> held;
        try {
            held = ProcessLock.tryAcquire(file);
        } catch (UnderstudyException e) {
            LOG.warn("the site is started though {}", e.getMessage());
            return Optional.empty();
        }
        if (held.isEmpty()) {
            throw down(ProcessLock.holder(file) + " tries to start it");
        }
        return held;
    }

    private UnderstudyException down(String why) {
        return new UnderstudyException(
                ErrorCode.COMMAND_FAILED,
                "the site is stopped: "
                        + failure.map(each -> each.getMessage() + "; ").orElse("") + why,
                "start it by its own command, then run agent-primary quiesce --resume; a running agent and the next"
                        + " snapshot try to start it, too");
    }
}
