package io.understudy.primary.app;

import io.understudy.admin.AdminAccess;
import io.understudy.admin.AdminClient;
import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.admin.AdminHandlers;
import io.understudy.admin.AdminServer;
import io.understudy.audit.AuditLog;
import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.history.RowNotePruning;
import io.understudy.metrics.HttpPage;
import io.understudy.metrics.Monitoring;
import io.understudy.notify.Notifications;
import io.understudy.notify.Notifier;
import io.understudy.page.PageHtml;
import io.understudy.page.RecentSnapshots;
import io.understudy.page.Refreshed;
import io.understudy.postgres.Database;
import io.understudy.primary.announce.FollowService;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.ClosureSource;
import io.understudy.primary.capture.FullSnapshotFlag;
import io.understudy.primary.capture.GenuineSnapshots;
import io.understudy.primary.capture.LastUnchanged;
import io.understudy.primary.capture.ProcessorShare;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.primary.capture.tree.TreesByKind;
import io.understudy.primary.retention.ContinuousRetention;
import io.understudy.primary.retention.Pruning;
import io.understudy.primary.retention.RetentionRules;
import io.understudy.primary.schedule.Schedule;
import io.understudy.primary.switchover.Switchovers;
import io.understudy.progress.Progress;
import io.understudy.repository.Encryption;
import io.understudy.repository.EpochStore;
import io.understudy.repository.LastRecovery;
import io.understudy.repository.LastVerified;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryAccess;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.tasks.Services.Service;
import io.understudy.transport.RefusedPeers;
import io.understudy.transport.RpcServer;
import io.understudy.transport.Transport;
import io.understudy.twoprimaries.Guard;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Wires the primary's agent: every part is made here, of the settings of one host and of what is outside of the agent.
 * Starts no thread, connects to nothing. More than 300 lines, for all of it is one list of parts.
 */
public final class PrimaryWiring implements AutoCloseable {
    private final Settings settings;
    private final PrimaryPorts ports;
    private final KeyRing keys;
    private final RepositoryAccess repository;
    private final EpochStore epochs;
    private final Marker marker;
    private final SourceTrees trees;
    private final QuiesceWiring quiesce;

    public PrimaryWiring(Settings settings, PrimaryPorts ports) {
        this(settings, ports, UnaryOperator.identity());
    }

    /** @param trees gives what is to be taken in place of the shipped reader of trees, or around it */
    public PrimaryWiring(Settings settings, PrimaryPorts ports, UnaryOperator<SourceTrees> trees) {
        this.settings = settings;
        this.ports = ports;
        this.keys = new KeyRing(settings.signing());
        this.epochs = new EpochStore(settings.state());
        Encryption encryption = Encryption.of(settings.encryption(), settings.state());
        // Nothing signs the identity in the filestore, so what this server knows comes first.
        this.repository = new RepositoryAccess(
                epochs::repository,
                known -> Repository.open(
                        ports.filestore(), settings.site(), keys.trusted(), ports.clock(), known, encryption),
                ports.ticker());
        this.marker = new Marker(settings.marker());
        this.quiesce = new QuiesceWiring(settings, epochs, repository);
        this.trees = trees.apply(new TreesByKind(settings.state(), ports.clock(), Filestores::bucket));
    }

    /** Of a real server. */
    public static PrimaryWiring of(Settings settings) {
        // No process would look after a replication slot.
        return new PrimaryWiring(settings, ServerPorts.of(settings, Filestores.open(settings.filestore()), false));
    }

    /** With a filestore that reports its health. */
    public static PrimaryWiring metered(Settings settings, Monitoring monitoring) {
        Filestore filestore = monitoring.open(settings.filestore());
        return new PrimaryWiring(
                settings, ServerPorts.of(settings, filestore, settings.primary().tracking()));
    }

    public Settings settings() {
        return settings;
    }

    public QuiesceWiring quiesce() {
        return quiesce;
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

    public SnapshotTaker taker(Events events) {
        return new SnapshotTaker(settings.state(), marker, epochs, repository, keys::signing, source(events), events);
    }

    /** Of a server whose epoch is over. */
    public OrphanWiring orphans() {
        return new OrphanWiring(settings, ports, marker, epochs, repository, keys, source(Events.none()));
    }

    private SnapshotSource source(Events events) {
        return new SnapshotSource(
                new SnapshotSource.Taker(settings.primary().name(), AgentVersion.current()),
                ports.database(),
                trees,
                settings.trees(),
                new ProcessorShare(settings.primary().processors(), ports.ticker()),
                ports.clock().withZone(zone()),
                ports.ticker(),
                quiesce.quiesce(events),
                ports.others(),
                new ClosureSource(settings.closure(), settings.state()));
    }

    public Pruning pruning(Events events) {
        return new Pruning(pruningHost(), RetentionRules.of(settings), events);
    }

    public ContinuousRetention continuousRetention(Events events) {
        return new ContinuousRetention(pruningHost(), RetentionRules.of(settings), events);
    }

    private Pruning.Host pruningHost() {
        return new Pruning.Host(
                settings.primary().name(),
                settings.state(),
                marker,
                epochs,
                repository,
                ports.clock(),
                zone(),
                settings.primary().replicas(),
                ports.ticker());
    }

    public RoleWatch roleWatch() {
        return RoleWatch.of(settings.state(), marker, epochs, repository, ports.ticker());
    }

    /** In which the schedule and retention count. */
    private ZoneId zone() {
        return settings.primary().timing().zone().orElse(ports.clock().getZone());
    }

    private RepositoryWatch repositoryWatch(BiConsumer<UUID, SnapshotId> genuine) {
        return new RepositoryWatch(repository, ports.clock(), ports.ticker(), genuine);
    }

    public Initialisation initialisation() {
        return new Initialisation(
                settings.site(), settings.primary().name(), ports.filestore(), keys, epochs, marker, ports.clock());
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} where there are no recipients */
    public NewEncryption newEncryption(Consumer<RecoverySheet> keep) {
        return NewEncryption.of(settings.encryption(), settings.state(), keep);
    }

    /** @return false when it is there already */
    public boolean createBucket() {
        return Filestores.createBucket(settings.filestore());
    }

    public IdentityRepair identityRepair() {
        return new IdentityRepair(repository, epochs, marker);
    }

    public Checks checks() {
        return new Checks(
                settings,
                ports.filestore(),
                repository,
                keys,
                new Database(settings.database()),
                ServerPorts.tools(settings),
                this::ofDaemon,
                epochs::repository,
                new RecoveryProof(settings.encryption(), settings.state(), encryption()::openedBy, ports.clock()),
                ports.clock());
    }

    /** The work on the keys of an encrypted repository. */
    public EncryptionWork encryption() {
        return new EncryptionWork(settings, ports, keys, repository, epochs::repository, () -> pruning(Events.none()));
    }

    /** Empty when none runs. */
    private Optional<StatusView> ofDaemon() {
        AdminClient daemon = access().client();
        return daemon.daemonRuns()
                ? Optional.of(daemon.call(PrimaryCommands.STATUS, new Nothing(), Progress.none()))
                : Optional.empty();
    }

    /** The channels of {@code notify}. */
    public Notifications notifications() {
        return new Notifications(settings, settings.primary().name(), "primary", ports.clock(), ports.ticker());
    }

    public AdminAccess access() {
        return new AdminAccess(
                "agent-primary",
                settings.site(),
                settings.state(),
                StateEntry.PRIMARY_SOCKET,
                ports.clock(),
                ports.ticker());
    }

    /** What this server is now, by its daemon where one runs. */
    public StatusView status() {
        return ofDaemon().orElseGet(this::withoutDaemon);
    }

    private StatusView withoutDaemon() {
        RoleStatus now = roleWatch().look();
        RepositorySeen seen = repositoryWatch((id, snapshot) -> {}).look(now);
        return new StatusAlone(settings, epochs, repository, quiesce, ports.clock())
                .of(now, seen, PrimaryAge.target(longestPause()));
    }

    /** Of the schedule; empty without one. */
    private Optional<Duration> longestPause() {
        return new Schedule(settings.primary().schedule(), zone())
                .longestPause(ports.clock().instant())
                .map(settings.primary().timing().jitter()::plus);
    }

    /** Brings several filestores up to each other; empty where there is one. */
    public StoreCatchUp storeCatchUp() {
        return new StoreCatchUp(
                repository, pruning(Events.none()), settings.database().connections());
    }

    /**
     * @param monitoring where the filestore reports its health too
     * @param listening receives the port of gRPC when it is open
     */
    public Daemon daemon(Monitoring monitoring, Consumer<Integer> listening) {
        DaemonStatus daemonStatus = new DaemonStatus(ports.clock(), Optional.of(quiesce.look(ports.clock())));
        RoleWatch roles = roleWatch();
        Followers followers = new Followers(ports.clock());
        PrimaryMetrics primaryMetrics = new PrimaryMetrics(monitoring.metrics(), settings.state());
        Announcer announcer = new Announcer(settings.site(), settings.primary().name(), repository, followers);
        // The followers know of a commit before anything else is done with it.
        Events events = new Events(ports.clock(), announcer, primaryMetrics, daemonStatus, new LogSink(), roles);
        AutoPrune prune = new AutoPrune(pruning(events), continuousRetention(events), events);
        events.add(prune);
        FenceWiring fence = new FenceWiring(settings, ports, epochs, repository, events);
        Guard guard = fence.guard(marker, monitoring.metrics());
        SnapshotQueue queue = new SnapshotQueue(taker(events));
        Settings.PrimarySettings own = settings.primary();
        Schedule schedule = new Schedule(own.schedule(), zone());
        Transport transport = new Transport(settings.tls());
        Optional<Duration> longestPause = longestPause();
        longestPause.ifPresent(primaryMetrics::expectedInterval);
        Notifier notifier = new PrimaryNotices(daemonStatus, longestPause)
                .notifier(notifications(), events, monitoring.metrics(), ports);
        settings.tls().ifPresent(tls -> primaryMetrics.certificateExpires(transport::certificateExpirySeconds));
        if (settings.encryption().isPresent()) {
            LastRecovery recovery = new LastRecovery(settings.state());
            primaryMetrics.recoveryKeyTried(() -> recovery.read().map(LastRecovery.Proven::when));
        }
        TrackingWatch tracking = new TrackingWatch(
                ports.slots(),
                settings.primary().tracking(),
                epochs::repository,
                events,
                primaryMetrics,
                ports.ticker());
        AuditLog audit = access().audit(events);
        RefusedPeers refused = new RefusedPeers(
                Optional.of(audit),
                events,
                ports.ticker(),
                ports.clock(),
                transport.isSecure() ? settings.primary().replicas() : List.of());
        StatusReport status = StatusReport.of(settings);
        StoreWatch stores = new StoreWatch(
                storeCatchUp(), events, settings.filestore().several().isPresent(), primaryMetrics::filestores);
        events.add(stores);
        Planner planner =
                new Planner(schedule, own.timing(), queue, ports.clock().instant(), ports.random());
        Continuous continuous = new Continuous(
                settings.primary().continuous(), queue, planner, events, ports.random(), ports.clock(), ports.ticker());
        Supplier<StatusView> now = () -> daemonStatus.aged(
                status.ofDaemon(daemonStatus, queue, followers.all(), refused, tracking.last(), continuous.view())
                        .with(stores.last(), guard.view()),
                longestPause);
        AdminHandlers handlers = PrimaryHandlers.of(queue, events, audit, now);
        SwitchoverWiring handingOver =
                new SwitchoverWiring(settings, ports, epochs, repository, keys::signing, followers, queue);
        Switchovers switchovers = handingOver.switchovers(events, handlers);
        FollowService following = handingOver.service(switchovers, audit, events);
        AdminServer admin = access().server(handlers, audit, events);
        RecentSnapshots recent = new RecentSnapshots(repository, ports.clock());
        Refreshed<String> page = PrimaryPage.refreshed(now, daemonStatus, recent, longestPause, ports.clock());
        List<Service> services = new ArrayList<>();
        services.add(() -> new DaemonLock(settings.state()).acquire());
        services.addAll(List.<Service>of(audit::started, notifier::start, guard, fence, admin::start));
        services.addAll(List.<Service>of(PartsWiring.finishing(settings), () -> recent, () -> page));
        services.add(RowNotePruning.of(settings.state()));
        services.add(monitoring.service(
                settings.primary().http(),
                ports.filestore(),
                events,
                daemonStatus::health,
                daemonStatus::ready,
                new HttpPage(PageHtml.POLICY, page)));
        services.add(() -> {
            RpcServer server = transport
                    .server(own.listen(), following, own.replicas(), refused)
                    .start();
            listening.accept(server.port());
            return server;
        });
        quiesce.watch(events).ifPresent(services::add);
        // Closed in reverse order: first the snapshot, whose callers receive an error then, and the followers.
        services.addAll(List.<Service>of(
                stores, () -> tracking, () -> following, () -> prune, () -> queue::rest, () -> queue, switchovers));
        return new Daemon(
                roles,
                planner,
                continuous,
                new CatchUp(
                        repository,
                        announcer,
                        planner,
                        new LastUnchanged(settings.state()),
                        (snapshot, at) -> {
                            primaryMetrics.checked(at);
                            daemonStatus.unchanged(snapshot, at);
                        },
                        events,
                        ports.clock(),
                        ports.ticker()),
                tracking,
                new LoopReport(
                        repositoryWatch(new GenuineSnapshots(settings.state())::add),
                        daemonStatus,
                        primaryMetrics,
                        lastVerified(),
                        fence.otherPrimary(guard.two(), announcer, followers, roles)),
                services,
                events,
                ports.clock(),
                ports.ticker());
    }

    @Override
    public void close() {
        ports.filestore().close();
    }
}
