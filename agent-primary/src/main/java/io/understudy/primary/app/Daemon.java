package io.understudy.primary.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.LastVerified;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * {@code agent-primary run}: a loop that looks once a second which role this server has and asks for the snapshots that
 * are due. In backup mode it idles; when the marker is gone and the epoch is this server's, it takes over without a
 * restart.
 */
public final class Daemon implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LEARN_AGAIN = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(40);

    /**
     * What the loop works with.
     *
     * @param services what is started before the loop and closed after it, in reverse order
     */
    record Parts(
            RoleWatch watch,
            RepositoryWatch store,
            Planner planner,
            Supplier<Repository> repository,
            Announcer announcer,
            PrimaryMetrics metrics,
            LastVerified verified,
            DaemonStatus daemonStatus,
            Events events,
            Clock clock,
            Ticker ticker,
            List<Service> services) {}

    /** Something that runs next to the loop. */
    interface Service {
        /** Starts it. @return ends it */
        AutoCloseable start();
    }

    private final Parts parts;
    private final WarnOnce warnOnce;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile Thread loop;
    private Role role;
    private boolean learned;
    private long learnedAt;

    Daemon(Parts parts) {
        this.parts = parts;
        this.warnOnce = new WarnOnce(parts.ticker());
    }

    /**
     * Runs until it is closed.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} when an address can't be listened on
     */
    public void run() {
        loop = Thread.currentThread();
        Running running = new Running();
        try {
            // Without asking for snapshots yet: where a service cannot start, nothing was begun.
            logRole(look());
            parts.services().forEach(running::start);
            report(new PrimaryEvent.AgentRuns());
            while (!stopping) {
                parts.ticker().sleep(PAUSE);
                guardedRound();
            }
        } catch (InterruptedException e) {
            // By close: what follows is the same as after stop.
        } finally {
            // What ended the loop must not cut short the end of what it started.
            Thread.interrupted();
            running.close();
            report(new PrimaryEvent.AgentStopped());
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
                report(new PrimaryEvent.AgentStopsLate());
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
            report(new CommonEvent.Defect("a turn of the main loop", e));
        }
    }

    /** One turn of the loop. */
    void round() {
        RoleStatus standing = look();
        if (!standing.role().idles()) {
            parts.planner().ask(parts.clock().instant());
        }
        logRole(standing);
    }

    private RoleStatus look() {
        RoleStatus standing = parts.watch().look();
        reportRole(standing);
        if (standing.role() == Role.PRIMARY) {
            learn(standing);
        } else if (standing.role().idles()) {
            learned = false;
        }
        return standing;
    }

    private void logRole(RoleStatus standing) {
        Instant now = parts.clock().instant();
        RepositorySeen seen = parts.store().look(standing);
        parts.daemonStatus().round(standing, seen, parts.planner().next(now));
        parts.metrics().standing(standing);
        parts.metrics().repository(parts.daemonStatus().repository());
        parts.metrics().heartbeat(now);
        parts.metrics().verified(parts.verified().read());
    }

    private void reportRole(RoleStatus standing) {
        if (standing.role() == role) {
            return;
        }
        role = standing.role();
        report(
                switch (role) {
                    case PRIMARY -> new PrimaryEvent.RoleIsPrimary(standing.epoch());
                    case REPLICA -> new PrimaryEvent.RoleIsStandby();
                    case FENCED, NO_EPOCH -> new PrimaryEvent.RoleForbidsSnapshots(standing.lastError());
                    case UNKNOWN -> new PrimaryEvent.RoleUnknown(standing.lastError());
                });
    }

    private void report(Event event) {
        parts.events().report(event);
    }

    /** From the newest snapshot: the metrics, what is announced, and which ticks were missed. */
    private void learn(RoleStatus standing) {
        if (learned || learnedAt != 0 && parts.ticker().since(learnedAt).compareTo(LEARN_AGAIN) < 0) {
            return;
        }
        learnedAt = parts.ticker().nanos();
        try {
            Optional<SnapshotId> newest = parts.repository().get().newest();
            learned = true;
            if (newest.isPresent()) {
                Manifest manifest = parts.repository().get().read(newest.get());
                parts.announcer().found(manifest, standing.epoch());
                cover(newest.get(), manifest, standing.epoch());
            } else {
                parts.planner().covered(Instant.EPOCH);
            }
        } catch (UnderstudyException e) {
            learned = e.code().retry() != ErrorCode.FILESTORE_UNREACHABLE.retry();
            if (warnOnce.isDue(e.getMessage())) {
                report(new CommonEvent.NewestUnknown(e));
            }
        }
    }

    private void cover(SnapshotId newest, Manifest manifest, int epoch) {
        if (newest.epoch() < epoch) {
            report(new PrimaryEvent.FirstSnapshotDue(epoch));
            parts.planner().promoted(parts.clock().instant());
        } else {
            parts.planner().covered(manifest.moment());
        }
    }

    /** The services that were started. */
    private final class Running {
        private final ArrayDeque<AutoCloseable> started = new ArrayDeque<>();

        private void start(Service service) {
            started.push(service.start());
        }

        private void close() {
            for (AutoCloseable one : started) {
                try {
                    one.close();
                } catch (Exception e) {
                    report(new CommonEvent.Defect("the end of a part of the agent", e));
                }
            }
        }
    }
}
