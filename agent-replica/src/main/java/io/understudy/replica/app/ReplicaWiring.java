package io.understudy.replica.app;

import io.understudy.admin.AdminAccess;
import io.understudy.admin.AdminHandlers;
import io.understudy.audit.AuditLog;
import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.filestore.Filestores;
import io.understudy.history.ErasedRows;
import io.understudy.metrics.Monitoring;
import io.understudy.notify.CommandNotices;
import io.understudy.notify.Notifications;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.apply.CleanUp;
import io.understudy.replica.apply.IntentWriter;
import io.understudy.replica.fetch.MirrorAccess;
import io.understudy.replica.fetch.MirroredSnapshots;
import io.understudy.replica.forecast.Forecaster;
import io.understudy.replica.forecast.MeasuredTimes;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.prepare.Checks;
import io.understudy.replica.prepare.Preparation;
import io.understudy.replica.promote.AheadStep;
import io.understudy.replica.promote.EpochClaiming;
import io.understudy.replica.promote.NewestFirst;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.promote.PromotionRecord;
import io.understudy.replica.promote.UnfinishedApply;
import io.understudy.replica.round.AnnouncedName;
import io.understudy.replica.round.ApplyStep;
import io.understudy.replica.round.Discovery;
import io.understudy.replica.round.ImportSteps;
import io.understudy.replica.round.Inspection;
import io.understudy.replica.round.Rollback;
import io.understudy.replica.round.Round;
import io.understudy.replica.round.SeenDamage;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.NamesDue;
import io.understudy.replica.state.ReplicaId;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.replica.state.RetryPolicy;
import io.understudy.repository.Encryption;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryAccess;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.state.StateEntry;
import io.understudy.twoprimaries.Guard;
import io.understudy.twoprimaries.GuardView;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Wires the replica's agent: every part is made here, of the settings of one host and of what is outside of the agent.
 * Starts no thread, opens nothing before it is needed. More than 300 lines, for all of it is one list of parts.
 */
public final class ReplicaWiring implements AutoCloseable {
    private final Settings settings;
    private final ReplicaPorts ports;
    private final ReplicaParts parts;
    private final ImportSteps steps;
    private final RepositoryAccess repository;
    private final MirroredSnapshots snapshots;
    private final EpochStore epochs;
    private final ReplicaId id;
    private final ReplicaStateStore store;
    private final HoldBook holds;
    private final NamesDue names;
    private final BackupMode marker;
    private final AnnouncedName announced = new AnnouncedName();
    private final SeenDamage damage = new SeenDamage();
    private final MeasuredTimes measured;
    /** Of what a command does in its own process; null where none does. */
    private CommandNotices notices;

    public ReplicaWiring(Settings settings, ReplicaPorts ports) {
        this(settings, ports, UnaryOperator.identity());
    }

    /** @param replace gives what is to be taken in place of the shipped parts, or around them */
    public ReplicaWiring(Settings settings, ReplicaPorts ports, UnaryOperator<ReplicaParts> replace) {
        this.settings = settings;
        this.ports = ports;
        this.store = ports.disk().store();
        this.marker = ports.disk().marker();
        this.names = NamesDue.of(settings);
        this.epochs = new EpochStore(settings.state());
        this.id = new ReplicaId(settings.state());
        this.measured = new MeasuredTimes(settings.state(), ports.clock());
        this.holds = HoldBook.in(settings.state(), settings.replica().holds(), ports.clock());
        MirrorAccess mirrors = mirrors();
        // Nothing signs the identity in the filestore, so what this server knows comes first.
        this.repository = new RepositoryAccess(
                () -> mirrors.repository().or(epochs::repository),
                known -> Repository.open(
                        ports.filestore(), settings.site(), trusted(), ports.clock(), known, encryption()),
                ports.ticker());
        this.snapshots = new MirroredSnapshots(
                repository,
                mirrors,
                settings.replica().name(),
                AgentVersion.current(),
                id,
                () -> ports.loader().base().map(SpareLoader.Base::snapshot),
                holds::needed,
                ports.clock(),
                ErasedRows.logged(settings));
        this.parts = replace.apply(ReplicaParts.shipped(settings, ports, snapshots, repository, epochs));
        this.steps = new ImportSteps(
                store,
                parts.source(),
                ports.loader(),
                parts.stage(),
                settings.trees(),
                RejoinWiring.copies(this)::before,
                ports.clock(),
                ports.ticker());
    }

    /** Of a real server. */
    public static ReplicaWiring of(Settings settings) {
        return new ReplicaWiring(
                settings, ServerWiring.ports(settings, Filestores.open(settings.filestore())), ReplicaParts::bounded);
    }

    /** With a filestore that reports its health. */
    public static ReplicaWiring metered(Settings settings, Monitoring monitoring) {
        return new ReplicaWiring(
                settings, ServerWiring.ports(settings, monitoring.open(settings.filestore())), ReplicaParts::bounded);
    }

    private TrustedKeys trusted() {
        return TrustedKeys.load(settings.signing().trustedKeys());
    }

    private Encryption encryption() {
        return Encryption.of(settings.encryption(), settings.state());
    }

    private MirrorAccess mirrors() {
        return new MirrorAccess(
                ports.disk().mirror(),
                settings.site(),
                this::trusted,
                encryption(),
                settings.database().connections(),
                () -> ports.disk()
                        .space()
                        .free(StateEntry.MIRROR.in(settings.state()))
                        .orElse(Long.MAX_VALUE),
                ports.clock());
    }

    public Settings settings() {
        return settings;
    }

    public ReplicaPorts ports() {
        return ports;
    }

    public ReplicaStateStore store() {
        return store;
    }

    public BackupMode marker() {
        return marker;
    }

    public MirroredSnapshots snapshots() {
        return snapshots;
    }

    public Repository repository() {
        return repository.get();
    }

    public Checks checks() {
        return new Checks(
                settings, ports.filestore(), repository, ports.databases(), ports.loader(), id, ports.clock());
    }

    public Preparation preparation() {
        StateReconciler reconciler = reconciler(new Events(ports.clock(), new LogSink()));
        return new Preparation(
                settings, checks(), marker, store, reconciler, ports.databases(), epochs, repository, ports.ticker());
    }

    public Inspection inspection() {
        return new Inspection(
                store, marker, ports.databases(), ports.loader(), parts.trees(), parts.stage(), parts.source());
    }

    private StateReconciler reconciler(Events events) {
        return new StateReconciler(
                store,
                marker,
                ports.databases(),
                ports.loader(),
                parts.trees(),
                RejoinWiring.copies(this)::served,
                events,
                ports.clock());
    }

    private RetryLog failures() {
        return new RetryLog(ports.clock(), new RetryPolicy(ports.random()));
    }

    public IntentWriter intents() {
        return new IntentWriter(store, marker, ports.databases(), parts.trees(), ports.clock());
    }

    public Applier applier(Events events) {
        return new Applier(
                store,
                marker,
                ports.databases(),
                parts.trees(),
                ports.site(),
                failures(),
                events,
                ports.clock(),
                ports.ticker());
    }

    private HoldWiring holding() {
        return new HoldWiring(this, parts, holds);
    }

    public HoldBook holds() {
        return holds;
    }

    public Round round(Events events) {
        return new Round(
                store,
                marker,
                reconciler(events),
                new Discovery(
                        store,
                        parts.source(),
                        inspection(),
                        holds,
                        announced,
                        damage,
                        failures(),
                        events,
                        ports.clock(),
                        ports.ticker()),
                steps,
                new ApplyStep(store, parts.source(), intents(), applier(events), events),
                holding().step(events),
                failures(),
                events,
                ports.ticker());
    }

    public Promotion promotion(Events events) {
        PromotionRecord notes = new PromotionRecord(store, failures(), names, events);
        EpochClaiming claiming = new EpochClaiming(parts.claims(), events, ports.nonces(), ports.clock());
        UnfinishedApply unfinished = new UnfinishedApply(notes, marker, applier(events), events, ports.clock());
        NewestFirst newest = new NewestFirst(
                notes,
                marker,
                claiming,
                unfinished,
                holding().lastLook(steps, events),
                new AheadStep(steps, ports.loader(), intents(), events, AheadStep.STAGING),
                events,
                ports.ticker());
        return new Promotion(
                notes,
                marker,
                reconciler(events),
                unfinished,
                newest,
                claiming,
                ports.site(),
                events,
                ports.clock(),
                ports.ticker());
    }

    public CleanUp cleanUp(Events events) {
        return new CleanUp(
                store,
                ports.databases(),
                parts.trees(),
                PartsWiring.parts(settings, ports),
                ports.loader(),
                marker,
                settings.replica().previous(),
                failures(),
                events,
                ports.clock());
    }

    public Replica replica(Events events) {
        Promotion promotion = promotion(events);
        return new Replica(
                new ApplyLock(settings.state()),
                store,
                marker,
                new MeasuredWork(round(events), promotion, measured),
                new Rollback(store, reconciler(events), intents(), applier(events), ports.ticker()),
                SwitchoverWiring.of(this, parts.source(), reconciler(events), promotion, events),
                holding().decisions(failures(), events),
                cleanUp(events),
                ports.databases(),
                PartsWiring.parts(settings, ports));
    }

    MeasuredTimes measured() {
        return measured;
    }

    NamesDue names() {
        return names;
    }

    AnnouncedName announced() {
        return announced;
    }

    SeenDamage damage() {
        return damage;
    }

    /** @param guard what is seen of the other server and of the site's names */
    StatusReport statusReport(DaemonStatus live, Supplier<GuardView> guard) {
        FilestoreLooks looks = FilestoreLooks.of(settings, repository, parts);
        Forecaster forecaster = Forecaster.of(settings, parts.claims(), ports.site(), measured, ports.clock());
        StatusReport report = new StatusReport(
                settings, store, marker, parts.source(), holds, live, inspection(), looks, forecaster, ports.clock());
        return report.guardedBy(guard);
    }

    /** What a command does in its own process. @param daemon whether one runs, though it does not answer */
    public AdminHandlers handlers(boolean daemon) {
        DaemonStatus live = new DaemonStatus(settings.filestore().url().toString());
        StatusReport status = statusReport(live, () -> Guard.once(settings.failover(), marker::on, ports.clock()));
        notices = notifications().ofCommand(new ReplicaNotices(store, marker, false));
        Events events = new Events(ports.clock(), live, new LogSink(), notices);
        AuditLog audit = access().audit();
        return ReplicaHandlers.of(
                replica(events),
                Worker.here(),
                events,
                audit,
                NamesSwitch.of(this)::run,
                DrillWiring.ofCommand(this, events),
                () -> status.ofCommand(daemon),
                status::forecast);
    }

    /** The channels of {@code notify}. */
    public Notifications notifications() {
        return new Notifications(settings, settings.replica().name(), "replica", ports.clock(), ports.ticker());
    }

    public AdminAccess access() {
        return new AdminAccess(
                "agent-replica",
                settings.site(),
                settings.state(),
                StateEntry.REPLICA_SOCKET,
                ports.clock(),
                ports.ticker());
    }

    /** @param gone called when the marker was removed @param changed called afterwards, and when it appeared */
    public MarkerWatch markerWatch(Runnable gone, Runnable changed, Runnable each, Events events) {
        return new MarkerWatch(marker, gone, changed, each, events, ports.ticker());
    }

    /** @param monitoring where the filestore reports its health too */
    public ReplicaAgent daemon(Monitoring monitoring) {
        return new DaemonWiring(this).daemon(monitoring);
    }

    @Override
    public void close() {
        if (notices != null) {
            notices.close();
        }
        ports.filestore().close();
    }
}
