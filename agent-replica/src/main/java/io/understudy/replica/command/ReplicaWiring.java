package io.understudy.replica.command;

import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.postgres.Database;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.replica.app.ReplicaPorts;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.TreeSwap;
import io.understudy.replica.fetch.Mirror;
import io.understudy.replica.fetch.MirroredSnapshots;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.replica.prepare.Checks;
import io.understudy.replica.prepare.Preparation;
import io.understudy.replica.promote.RepositoryClaims;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.stage.TreeStager;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.MarkerBackupMode;
import io.understudy.replica.state.ReplicaId;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryAccess;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.site.CommandSiteService;
import io.understudy.site.Marker;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;

/** The adapters of a real server, chosen here and nowhere else. Opens nothing before it is needed. */
final class ReplicaWiring implements AutoCloseable {
    private final Settings settings;
    private final Filestore filestore;
    private final RepositoryAccess remote;
    private final MirroredSnapshots snapshots;
    private final EpochStore epochs;
    private final ReplicaPorts ports;
    private final Checks checks;

    private ReplicaWiring(Settings settings, Filestore filestore) {
        Clock clock = Clock.systemUTC();
        Ticker ticker = Ticker.system();
        Path state = settings.state();
        CommandRunner runner = new SystemCommandRunner(state.resolve("commands"), ticker);
        this.settings = settings;
        this.filestore = filestore;
        this.remote = new RepositoryAccess(() -> Repository.open(
                filestore, settings.site(), TrustedKeys.load(settings.signing().trustedKeys())));
        ReplicaId id = new ReplicaId(state);
        this.snapshots = new MirroredSnapshots(
                remote,
                repository -> Mirror.open(
                        state.resolve("mirror"), repository, settings.database().connections()),
                () -> Mirror.openAlone(
                        state.resolve("mirror"),
                        settings.site(),
                        TrustedKeys.load(settings.signing().trustedKeys()),
                        settings.database().connections()),
                settings.replica().name(),
                AgentVersion.current(),
                id,
                clock);
        this.epochs = new EpochStore(state);
        BackupMode backup = new MarkerBackupMode(new Marker(settings.marker()), settings.site(), clock);
        DatabaseSwap databases = new DatabaseSwap(new Database(settings.database()), ticker);
        DatabaseLoader loader = new DatabaseLoader(settings.database(), state, runner, ticker);
        this.ports = new ReplicaPorts(
                settings,
                ReplicaStateStore.in(state),
                backup,
                databases,
                loader,
                new TreeStager(state, settings.trees(), clock),
                new TreeSwap(state),
                new CommandSiteService(settings.service(), runner, ticker),
                snapshots,
                new RepositoryClaims(
                        remote, settings.signing(), epochs, settings.replica().name()),
                clock,
                ticker);
        this.checks = new Checks(settings, filestore, remote, databases, loader, id, clock);
    }

    static ReplicaWiring of(Settings settings) {
        return new ReplicaWiring(settings, Filestores.open(settings.filestore()));
    }

    /** With a filestore that reports its health as events. */
    static ReplicaWiring metered(Settings settings, Events events) {
        return new ReplicaWiring(settings, Filestores.open(settings.filestore(), events, Ticker.system()));
    }

    ReplicaPorts ports() {
        return ports;
    }

    Checks checks() {
        return checks;
    }

    MirroredSnapshots snapshots() {
        return snapshots;
    }

    /** @throws io.understudy.failure.UnderstudyException what opening it throws */
    Repository repository() {
        return remote.get();
    }

    String filestoreName() {
        return filestore.name();
    }

    Preparation preparation() {
        StateReconciler standing = new StateReconciler(
                ports.store(),
                ports.backup(),
                ports.databases(),
                new Events(ports.clock(), new LogSink()),
                ports.clock());
        return new Preparation(
                settings,
                checks,
                ports.backup(),
                ports.store(),
                standing,
                ports.databases(),
                epochs,
                remote,
                ports.ticker());
    }

    @Override
    public void close() {
        filestore.close();
    }
}
