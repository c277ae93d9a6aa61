package io.understudy.replica.drill;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.DrillSettings;
import io.understudy.config.Settings;
import io.understudy.dump.DatabaseRestore;
import io.understudy.events.Events;
import io.understudy.files.DiskSpace;
import io.understudy.postgres.Database;
import io.understudy.process.CommandRunner;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Manifest;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;

/** The parts of a real server's drills. */
public record DrillParts(Settings settings, DrillSettings drill, Clock clock, Ticker ticker) {
    /** @param spare empty where the database is always loaded */
    public record Server(
            Database database,
            DatabaseRestore restore,
            Optional<SpareAccess> spare,
            Function<Manifest, ErasedKeys> erased) {}

    /** @param server empty of a site without PostgreSQL @param health as {@link DrillSite} */
    public Drill drill(
            SnapshotReader reader,
            Optional<Server> server,
            DiskSpace space,
            ReplicaStateStore store,
            BackupMode backup,
            CommandRunner runner,
            Function<CommandRunner, SiteService> health,
            Drill.Measured measured,
            DrillControl control,
            Events events) {
        Optional<DatabaseCopy> database = server.map(it -> new DatabaseCopy(
                it.database(),
                it.restore(),
                it.spare(),
                store::record,
                settings.replica().changes().rows(),
                it.erased(),
                ticker));
        DrillCopies copies = new ServerCopies(settings, drill, reader, database, space);
        return drill(copies, store, backup, runner, health, measured, control, events);
    }

    /** Copies of trees alone, as of a site without PostgreSQL. */
    public DrillCopies trees(SnapshotReader reader, DiskSpace space) {
        return new ServerCopies(settings, drill, reader, Optional.empty(), space);
    }

    /** A drill on these copies, whatever makes them. The other parts are as those of a real server. */
    public Drill drill(
            DrillCopies copies,
            ReplicaStateStore store,
            BackupMode backup,
            CommandRunner runner,
            Function<CommandRunner, SiteService> health,
            Drill.Measured measured,
            DrillControl control,
            Events events) {
        return new Drill(
                DrillPlace.of(settings, drill),
                copies,
                new DrillSite(drill.site(), runner, health),
                backup,
                () -> Newest.of(store.record()),
                measured,
                control,
                events,
                new Drill.DrillClock(clock, ticker));
    }
}
