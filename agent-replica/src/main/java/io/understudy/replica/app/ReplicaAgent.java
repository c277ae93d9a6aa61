package io.understudy.replica.app;

import io.understudy.admin.AdminService;
import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.config.Settings.HealthSettings;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.metrics.HttpEndpoint;
import io.understudy.metrics.Metrics;
import io.understudy.metrics.Probe;
import io.understudy.replica.discover.PrimaryLink;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.LastVerified;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Backoff;
import io.understudy.transport.RpcServer;
import io.understudy.transport.Transport;
import io.understudy.v1.Announcement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** The daemon: wires its parts, runs from {@link #start} to {@link #close}. */
public final class ReplicaAgent implements AutoCloseable {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
    private static final int PROBE_SECONDS = 15;

    private final ReplicaPorts ports;
    private final Settings settings;
    private final Transport transport;
    private final Metrics metrics;
    private final ReplicaMetrics replicaMetrics;
    private final DaemonStatus live;
    private final Events events;
    private final Replica replica;
    private final JobQueue queue;
    private final MarkerWatch watch;
    private final Inspector inspector;
    private final PrimaryLink link;
    private final RpcServer admin;
    private Optional<ProcessLock> lock = Optional.empty();
    private Optional<HttpEndpoint> http = Optional.empty();
    private int looks;
    private volatile List<Discrepancy> lastWoken = List.of();

    /** @param events that the filestore reports its health to too */
    public ReplicaAgent(ReplicaPorts ports, Metrics metrics, Events events, String filestore) {
        this.ports = ports;
        this.settings = ports.settings();
        this.transport = new Transport(settings.tls());
        this.metrics = metrics;
        this.replicaMetrics = new ReplicaMetrics(
                metrics, ports.store(), settings.replica().name(), new LastVerified(settings.state()), ports.clock());
        this.live = new DaemonStatus(filestore);
        this.events = events;
        List.of(live, replicaMetrics, new LogSink()).forEach(events::add);
        this.replica = new Replica(ports, events);
        this.queue = new JobQueue(replica::attend, this::pause, events, ports.ticker());
        this.watch = new MarkerWatch(
                ports.backup(), queue::interruptRound, queue::wake, this::everySecond, events, ports.ticker());
        StatusReport status = new StatusReport(ports, live, replica.inspection());
        this.inspector = new Inspector(replica.inspection(), this::inspected, events, ports.ticker());
        this.link = new PrimaryLink(
                settings.replica().primaries(),
                transport::channel,
                () -> status.report(inspector.last()),
                this::announced,
                new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new SplittableRandom()),
                events,
                ports.clock());
        events.add((event, at) -> {
            if (event instanceof ReplicaEvent) {
                link.changed();
            }
        });
        this.admin = transport.server(
                settings.replica().listen(),
                List.of(),
                List.of(new AdminService(
                        settings.site(),
                        ReplicaHandlers.of(replica, queue, events, () -> status.ofDaemon(link.seen())),
                        ports.ticker())));
    }

    /**
     * @throws UnderstudyException {@code LOCKED} when another daemon runs, {@code CONFIG_INVALID} when an address can't
     *     be listened on
     */
    public ReplicaAgent start() {
        lock = Optional.of(replica.lock().acquireDaemon(ports.ticker()));
        events.report(new ReplicaEvent.AgentStarted(AgentVersion.current(), settings.site(), role()));
        replicaMetrics.prepare(
                settings, ports.backup(), settings.tls().map(tls -> transport::certificateExpirySeconds));
        http = settings.replica()
                .http()
                .map(address -> HttpEndpoint.start(address, metrics, this::health, this::readiness));
        watch.start();
        inspector.start();
        queue.start();
        queue.wake();
        admin.start();
        link.start();
        return this;
    }

    /**
     * Waits until it is stopped.
     *
     * @throws UnderstudyException {@code INTERNAL} when the worker has died: without it an agent would run on and
     *     import nothing
     */
    public void await() throws InterruptedException {
        if (queue.awaitEnd()) {
            throw new UnderstudyException(
                    ErrorCode.INTERNAL,
                    "the worker thread died",
                    "see the cause in the log; restart the agent: it resumes where it stopped");
        }
    }

    /**
     * Stops: a round that has not reached APPLY is given up, one that has is finished, for as long as the site's
     * commands may take. Idempotent.
     */
    @Override
    public void close() {
        events.report(new ReplicaEvent.AgentStops());
        watch.close();
        inspector.close();
        link.close();
        boolean done = queue.close(closingLimit());
        admin.close();
        http.ifPresent(HttpEndpoint::close);
        http = Optional.empty();
        lock.ifPresent(ProcessLock::close);
        lock = Optional.empty();
        if (!done) {
            events.report(new ReplicaEvent.AgentStoppedInApply());
        }
    }

    /** The port of the administration. */
    int adminPort() {
        return admin.port();
    }

    private String role() {
        ReplicaRecord ledger = ports.store().ledger();
        if (!ports.backup().on()) {
            return ports.store().read().isEmpty()
                    ? "not in backup mode, nothing is imported; agent-replica init makes it a standby"
                    : ledger.state().label() + ", not in backup mode";
        }
        return ledger.live()
                .flatMap(DatabaseVersion::snapshot)
                .map(id -> "in backup mode, " + id + " is live")
                .orElse("in backup mode, nothing is imported yet");
    }

    private void announced(Announcement announcement) {
        if (!announcement.getSite().equals(settings.site())
                || announcement.getSnapshot().isEmpty()) {
            return;
        }
        String applied = ports.store()
                .ledger()
                .live()
                .flatMap(DatabaseVersion::snapshot)
                .map(SnapshotId::toString)
                .orElse("");
        if (announcement.getSnapshot().compareTo(applied) > 0) {
            events.report(new ReplicaEvent.SnapshotAnnounced(announcement.getServer(), announcement.getSnapshot()));
            queue.wake();
        }
    }

    /** Until the next poll, or until something that failed may be tried again. */
    private Duration pause() {
        Duration poll = settings.replica().poll();
        Optional<Instant> retry = ports.store().ledger().nextAttempt();
        Duration pause = retry.map(when -> Duration.between(ports.clock().instant(), when))
                .filter(each -> !each.isNegative() && each.compareTo(poll) < 0)
                .orElse(poll);
        return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
    }

    /** What can be repaired is repaired now; the round keeps the pauses between its attempts. */
    private void inspected(List<Discrepancy> found) {
        replicaMetrics.inspected(found);
        if (found.stream().anyMatch(Discrepancy::mendedByLoading) && !found.equals(lastWoken)) {
            queue.wake();
        }
        lastWoken = found;
        link.changed();
    }

    private void everySecond() {
        if (queue.isAlive()) {
            replicaMetrics.beat();
        }
        if (looks++ % PROBE_SECONDS == 0) {
            replicaMetrics.healthy(ports.site().healthy());
        }
    }

    private Duration closingLimit() {
        Duration health =
                settings.service().health().map(HealthSettings::within).orElse(Duration.ZERO);
        return settings.service()
                .limit()
                .multipliedBy(4)
                .plus(health.multipliedBy(2))
                .plusSeconds(60);
    }

    private Probe health() {
        return queue.isAlive() ? Probe.up("alive") : Probe.down("the worker thread died: restart the agent");
    }

    private Probe readiness() {
        try {
            return Readiness.of(
                    ports.backup().on(),
                    ports.store().ledger(),
                    replica.inspection().look(),
                    live.waits());
        } catch (UnderstudyException e) {
            return Probe.down(e.getMessage());
        }
    }
}
