package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.Services;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code agent-primary run}: a loop that looks once a second which role this server has and asks for the snapshots that
 * are due. In backup mode it idles; when the marker is gone and the epoch is this server's, it takes over without a
 * restart.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(40);

    private final RoleWatch watch;
    private final Planner planner;
    private final CatchUp catchUp;
    private final LoopReport report;
    private final List<Service> services;
    private final Clock clock;
    private final Ticker ticker;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile Thread loop;
    private Role role;

    /** @param services what is started before the loop and closed after it, in reverse order */
    Daemon(
            RoleWatch watch,
            Planner planner,
            CatchUp catchUp,
            LoopReport report,
            List<Service> services,
            Clock clock,
            Ticker ticker) {
        this.watch = watch;
        this.planner = planner;
        this.catchUp = catchUp;
        this.report = report;
        this.services = List.copyOf(services);
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Runs until it is closed.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} when an address can't be listened on
     */
    public void run() {
        loop = Thread.currentThread();
        Services running = new Services(failure -> LOG.warn("closing a part of the agent failed", failure));
        try {
            // Without asking for snapshots yet: where a service cannot start, nothing was begun.
            report(look());
            services.forEach(running::start);
            LOG.info("the agent runs");
            while (!stopping) {
                ticker.sleep(PAUSE);
                guardedRound();
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        } finally {
            // What ended the loop must not cut short the end of what it started.
            Thread.interrupted();
            running.close();
            LOG.info("the agent has stopped");
            ended.countDown();
        }
    }

    /** The loop ends before its next turn; an interrupt makes that soon. */
    public void stop() {
        stopping = true;
    }

    /** Ends the loop, a running snapshot and all calls; returns when that is done, after 40 seconds at the latest. */
    @Override
    public void close() {
        stop();
        Thread current = loop;
        if (current == null) {
            return;
        }
        current.interrupt();
        try {
            if (!ended.await(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("the agent does not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A defect in one turn must not end the agent; when it stays, the heartbeat grows old and the health endpoint
     * reports it.
     */
    void guardedRound() {
        try {
            round();
        } catch (RuntimeException e) {
            LOG.error("a defect of Understudy", e);
        }
    }

    /** One turn of the loop. */
    void round() {
        RoleStatus standing = look();
        if (!standing.role().idles()) {
            planner.ask(clock.instant());
        }
        report(standing);
    }

    private RoleStatus look() {
        RoleStatus standing = watch.look();
        log(standing);
        catchUp.look(standing);
        return standing;
    }

    private void report(RoleStatus standing) {
        Instant now = clock.instant();
        report.turn(standing, planner.next(now), now);
    }

    private void log(RoleStatus standing) {
        if (standing.role() == role) {
            return;
        }
        role = standing.role();
        String why = standing.lastError()
                .map(e -> ": " + e.getMessage() + "; hint: " + e.hint())
                .orElse("");
        switch (role) {
            case PRIMARY -> LOG.info("this server is the primary, of epoch {}", standing.epoch());
            case REPLICA -> LOG.info("this server is in backup mode: no snapshots are taken");
            case FENCED, NO_EPOCH -> LOG.error("no snapshots are taken{}", why);
            case UNKNOWN -> LOG.warn("it is not known yet whether this server is the primary{}", why);
        }
    }
}
