package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.databases.SiteDatabases;
import io.understudy.exchange.FileHook;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.filestore.Filestore;
import io.understudy.postgres.Database;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.databases.NumberedDatabases;
import io.understudy.replica.fetch.MirrorFolder;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.replica.load.SpareLoader;
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
        CommandRunner runner = new SystemCommandRunner(StateEntry.COMMANDS.in(state), ticker);
        ReplicaDisk disk = new ReplicaDisk(
                new MarkerBackupMode(new Marker(settings.marker()), settings.site(), clock),
                ReplicaStateStore.in(state),
                MirrorFolder.of(StateEntry.MIRROR.in(state)),
                DiskSpace.ofThisMachine(),
                MountPoints::now,
                FileHook.none());
        LiveDatabases databases;
        SpareLoader loader;
        if (settings.database().isThere()) {
            Database database = new Database(settings.database());
            databases = new DatabaseSwap(database, ticker);
            loader = new DatabaseLoader(database, settings.replica().changes().rows(), state, runner, ticker);
        } else {
            NumberedDatabases numbered = new NumberedDatabases(state);
            databases = numbered;
            loader = numbered;
        }
        return new ReplicaPorts(
                filestore,
                databases,
                loader,
                new CommandSiteService(settings.service(), runner, ticker),
                disk,
                clock,
                ticker,
                new SplittableRandom(),
                () -> UUID.randomUUID().toString(),
                SiteDatabases.of(settings.databases(), runner, StateEntry.DUMPS.in(state)));
    }
}
