package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.databases.SiteDatabases;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.filestore.Filestore;
import io.understudy.postgres.Database;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.FileHook;
import io.understudy.replica.fetch.MirrorFolder;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.replica.state.MarkerBackupMode;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.site.CommandSiteService;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.util.SplittableRandom;
import java.util.UUID;

/** What is outside of a replica's agent on a real server. Opens nothing before it is needed. */
final class ServerWiring {
    private ServerWiring() {}

    static ReplicaPorts ports(Settings settings, Filestore filestore) {
        Clock clock = Clock.systemUTC();
        Ticker ticker = Ticker.system();
        Path state = settings.state();
        Database database = new Database(settings.database());
        CommandRunner runner = new SystemCommandRunner(StateEntry.COMMANDS.in(state), ticker);
        ReplicaDisk disk = new ReplicaDisk(
                new MarkerBackupMode(new Marker(settings.marker()), settings.site(), clock),
                ReplicaStateStore.in(state),
                MirrorFolder.of(StateEntry.MIRROR.in(state)),
                DiskSpace.ofThisMachine(),
                MountPoints::now,
                FileHook.none());
        return new ReplicaPorts(
                filestore,
                new DatabaseSwap(database, ticker),
                new DatabaseLoader(database, settings.replica().changes().rows(), state, runner, ticker),
                new CommandSiteService(settings.service(), runner, ticker),
                disk,
                clock,
                ticker,
                new SplittableRandom(),
                () -> UUID.randomUUID().toString(),
                SiteDatabases.of(settings.databases(), runner, StateEntry.DUMPS.in(state)));
    }
}
