package io.understudy.primary.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.tasks.Services;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * {@code agent-primary run}: a loop that looks at least once a second which role this server has and asks for the
 * snapshots that are due. In backup mode it idles; when the marker is gone and the epoch is this server's, it takes
 * over without a restart.
 */
public final class Daemon implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(40);

    private final RoleWatch watch;
    private final Planner planner;
    private final Continuous continuous;
    private final CatchUp catchUp;
    private final TrackingWatch tracking;
    private final LoopReport report;
    private final List<Service> services;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;
    private final Settling settling;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile Thread loop;
    private Role role;

    /** @param services what is started before the loop and closed after it, in reverse order */
    Daemon(
            RoleWatch watch,
            Planner planner,
            Continuous continuous,
            CatchUp catchUp,
            TrackingWatch tracking,
            LoopReport report,
            List<Service> services,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.watch = watch;
        this.planner = planner;
        this.continuous = continuous;
        this.catchUp = catchUp;
        this.tracking = tracking;
        this.report = report;
        this.services = List.copyOf(services);
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
        this.settling = new Settling(ticker);
    }

    /**
     * Runs until it is closed.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} when an address can't be listened on
     */
    public void run() {
        loop = Thread.currentThread();
        Services running = new Services(
                failure -> events.report(new CommonEvent.Defect("the end of a part of the agent", failure)));
        try {
            // Without asking for snapshots yet: where a service cannot start, nothing was begun.
            report(look());
            services.forEach(running::start);
            events.report(new PrimaryEvent.AgentRuns());
            while (!stopping) {
                ticker.sleep(continuous.sleep(PAUSE));
                guardedRound();
            }
        } catch (InterruptedException e) {
            // By close: what follows is the same as after stop.
        } finally {
            // What ended the loop must not cut short the end of what it started.
            Thread.interrupted();
            running.close();
            events.report(new PrimaryEvent.AgentStopped());
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
                events.report(new PrimaryEvent.AgentStopsLate());
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
            events.report(new CommonEvent.Defect("a turn of the main loop", e));
        }
    }

    /** One turn of the loop. */
    void round() {
        RoleStatus roleStatus = look();
        if (!settling.lasts()) {
            ask(roleStatus.role());
        }
        report(roleStatus);
    }

    private void ask(Role now) {
        if (!now.idles()) {
            planner.ask(clock.instant());
        }
        if (now == Role.PRIMARY) {
            continuous.ask();
        } else {
            // The final snapshot of a switchover is taken with both sites down: what is open for it stays open.
            continuous.rest(watch.isLeaving());
        }
    }

    private RoleStatus look() {
        RoleStatus roleStatus = watch.look();
        reportRole(roleStatus);
        settling.look(roleStatus.role());
        catchUp.look(roleStatus);
        tracking.look(roleStatus, watch.isLeaving());
        return roleStatus;
    }

    private void report(RoleStatus roleStatus) {
        Instant now = clock.instant();
        report.turn(roleStatus, planner.next(now), now);
    }

    private void reportRole(RoleStatus roleStatus) {
        if (roleStatus.role() == role) {
            return;
        }
        role = roleStatus.role();
        events.report(
                switch (role) {
                    case PRIMARY -> new PrimaryEvent.RoleIsPrimary(roleStatus.epoch());
                    case REPLICA -> new PrimaryEvent.RoleIsStandby();
                    case FENCED, NO_EPOCH -> new PrimaryEvent.RoleForbidsSnapshots(roleStatus.lastError());
                    case UNKNOWN -> new PrimaryEvent.RoleUnknown(roleStatus.lastError());
                });
    }
}
