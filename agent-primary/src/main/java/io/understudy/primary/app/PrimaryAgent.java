package io.understudy.primary.app;

import io.understudy.admin.AdminClient;
import io.understudy.admin.AdminService;
import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.metrics.FilestoreMetrics;
import io.understudy.metrics.HttpEndpoint;
import io.understudy.metrics.Metrics;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.primary.announce.FollowService;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.FullSnapshotFlag;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.database.DatabaseCapture;
import io.understudy.primary.capture.tree.TreeCapture;
import io.understudy.primary.retention.Pruning;
import io.understudy.primary.schedule.Schedule;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.EpochStore;
import io.understudy.repository.LastVerified;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryAccess;
import io.understudy.site.Marker;
import io.understudy.time.Ticker;
import io.understudy.transport.RpcServer;
import io.understudy.transport.Transport;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Wires the primary's agent: every part is made here, of the settings of one host. Starts no thread, connects to
 * nothing.
 */
public final class PrimaryAgent implements AutoCloseable {
    private final Settings settings;
    private final String version;
    private final Clock clock;
    private final Ticker ticker;
    private final Metrics metrics;
    private final Events events;
    private final Filestore filestore;
    private final KeyRing keys;
    private final RepositoryAccess repository;
    private final EpochStore epochs;
    private final Marker marker;
    private final Database database;
    private final PgTools tools;

    /** @param clock in the server's time zone */
    public PrimaryAgent(Settings settings, String version, Clock clock, Ticker ticker) {
        this.settings = settings;
        this.version = version;
        this.clock = clock;
        this.ticker = ticker;
        this.metrics = new Metrics(settings.site(), "primary", version);
        this.events = new Events(
                clock, new FilestoreMetrics(metrics, settings.filestore().url().toString()));
        this.filestore = Filestores.open(settings.filestore(), events, ticker);
        this.keys = new KeyRing(settings.signing(), ticker);
        this.repository =
                new RepositoryAccess(() -> Repository.open(filestore, settings.site(), keys.trusted(), clock));
        this.epochs = new EpochStore(settings.state());
        this.marker = new Marker(settings.marker());
        this.database = new Database(settings.database());
        this.tools = new PgTools(
                settings.database(), new SystemCommandRunner(settings.state().resolve("commands")));
    }

    public Settings settings() {
        return settings;
    }

    public RepositoryAccess repository() {
        return repository;
    }

    public FullSnapshotFlag fullSnapshot() {
        return new FullSnapshotFlag(settings.state());
    }

    public LastVerified lastVerified() {
        return new LastVerified(settings.state());
    }

    public SnapshotTaker taker() {
        TreeCapture files = new TreeCapture(settings.state(), clock);
        SnapshotSource source = new SnapshotSource(
                settings.primary().name(),
                version,
                new DatabaseCapture(database, tools, ticker),
                files,
                settings.trees(),
                clock,
                ticker);
        return new SnapshotTaker(settings.state(), marker, epochs, repository, keys::signing, source, events);
    }

    public Pruning pruning() {
        Pruning.Host host = new Pruning.Host(
                settings.primary().name(),
                settings.state(),
                marker,
                epochs,
                repository,
                clock,
                clock.getZone(),
                ticker);
        return new Pruning(host, settings.retention(), events);
    }

    public Initialisation initialisation() {
        return new Initialisation(settings.site(), settings.primary().name(), filestore, keys, epochs, marker, clock);
    }

    public Checks checks() {
        return new Checks(settings, filestore, repository, keys, database, tools, clock);
    }

    public AdminClient client() {
        return new AdminClient(settings.site(), settings.primary().listen(), new Transport(settings.tls()));
    }

    private StatusReport statusReport() {
        return new StatusReport(
                settings.site(),
                settings.primary().name(),
                settings.filestore().url().toString(),
                version);
    }

    /** What this server is now, without a daemon. */
    public StatusView status() {
        RoleStatus now = new RoleWatch(marker, epochs, repository, ticker).look();
        return statusReport().withoutDaemon(now, new RepositoryWatch(repository, clock, ticker).look(now));
    }

    /** @param listening receives the port of gRPC when it is open */
    public Daemon daemon(Consumer<Integer> listening) {
        DaemonStatus daemonStatus = new DaemonStatus(clock);
        Followers followers = new Followers(clock);
        PrimaryMetrics primaryMetrics = new PrimaryMetrics(metrics, settings.state());
        Announcer announcer = new Announcer(settings.primary().name(), repository, followers);
        AutoPrune prune = new AutoPrune(pruning(), events);
        SnapshotQueue queue = new SnapshotQueue(taker());
        // The followers know of a commit before anything else is done with it.
        List.of(announcer, primaryMetrics, daemonStatus, new LogSink(), prune).forEach(events::add);
        Schedule schedule = new Schedule(settings.primary().schedule(), clock.getZone());
        Transport transport = new Transport(settings.tls());
        schedule.longestPause(clock.instant()).ifPresent(primaryMetrics::expectedInterval);
        if (settings.tls().isPresent()) {
            primaryMetrics.certificateExpires(transport::certificateExpirySeconds);
        }

        FollowService following = new FollowService(settings.site(), followers, events);
        StatusReport status = statusReport();
        AdminService admin = new AdminService(
                settings.site(),
                PrimaryHandlers.of(queue, events, () -> status.ofDaemon(daemonStatus, queue, followers.all())),
                ticker);
        List<Daemon.Service> services = new ArrayList<>();
        settings.primary().http().ifPresent(address -> services.add(() -> http(address, daemonStatus)));
        services.add(() -> {
            RpcServer server = transport
                    .server(settings.primary().listen(), List.of(following), List.of(admin))
                    .start();
            listening.accept(server.port());
            return server;
        });
        // Closed in reverse order: first the snapshot, whose callers then receive an error, and the followers, then the
        // server.
        services.add(() -> following);
        services.add(() -> prune);
        services.add(() -> queue);
        return new Daemon(new Daemon.Parts(
                new RoleWatch(marker, epochs, repository, ticker),
                new RepositoryWatch(repository, clock, ticker),
                new Planner(schedule, queue, clock.instant(), new Random()),
                repository,
                announcer,
                primaryMetrics,
                lastVerified(),
                daemonStatus,
                events,
                clock,
                ticker,
                services));
    }

    private HttpEndpoint http(HostPort address, DaemonStatus daemonStatus) {
        return HttpEndpoint.start(address, metrics, daemonStatus::health, daemonStatus::ready);
    }

    @Override
    public void close() {
        filestore.close();
    }
}
