package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
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
            LOG.info("the agent runs");
            while (!stopping) {
                parts.ticker().sleep(PAUSE);
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
            parts.planner().ask(parts.clock().instant());
        }
        logRole(standing);
    }

    private RoleStatus look() {
        RoleStatus standing = parts.watch().look();
        log(standing);
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
                LOG.warn("what is newest in the repository is not known: {}; hint: {}", e.getMessage(), e.hint());
            }
        }
    }

    private void cover(SnapshotId newest, Manifest manifest, int epoch) {
        if (newest.epoch() < epoch) {
            LOG.info("epoch {} has no snapshot yet: the first one is taken now", epoch);
            parts.planner().promoted(parts.clock().instant());
        } else {
            parts.planner().covered(manifest.moment());
        }
    }

    /** The services that were started. */
    private static final class Running {
        private final ArrayDeque<AutoCloseable> started = new ArrayDeque<>();

        private void start(Service service) {
            started.push(service.start());
        }

        private void close() {
            for (AutoCloseable one : started) {
                try {
                    one.close();
                } catch (Exception e) {
                    LOG.warn("closing a part of the agent failed", e);
                }
            }
        }
    }
}
