package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.databases.SiteDatabase;
import io.understudy.databases.SiteDatabases;
import io.understudy.files.DiskSpace;
import io.understudy.filestore.Filestore;
import io.understudy.postgres.Database;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.PgTools;
import io.understudy.primary.capture.database.DatabaseCapture;
import io.understudy.primary.capture.database.KeptDatabase;
import io.understudy.primary.capture.database.NoDatabase;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.capture.database.tracking.ChangeTracking;
import io.understudy.primary.capture.database.tracking.SlotWatch;
import io.understudy.process.SystemCommandRunner;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** What is outside of the agent of a real server. */
final class ServerPorts {
    private ServerPorts() {}

    /** @param tracked whether changes may be tracked: only where a process looks after the replication slot */
    static PrimaryPorts of(Settings settings, Filestore filestore, boolean tracked) {
        Ticker ticker = Ticker.system();
        Clock clock = Clock.systemDefaultZone();
        if (!settings.database().isThere()) {
            return new PrimaryPorts(
                    filestore,
                    new NoDatabase(clock),
                    name -> new NoDatabase(clock),
                    Optional.empty(),
                    clock,
                    ticker,
                    new SplittableRandom(),
                    others(settings));
        }
        KeptSessions sessions = new KeptSessions(new Database(settings.database()));
        Optional<ChangeTracking> tracking = tracked
                ? Optional.of(new ChangeTracking(settings.site(), settings.state(), sessions, ticker))
                : Optional.empty();
        return new PrimaryPorts(
                filestore,
                new DatabaseCapture(sessions, tools(settings), ticker, tracking),
                name -> kept(settings, name, ticker),
                Optional.of(new SlotWatch(settings.site(), sessions, DiskSpace.ofThisMachine())),
                clock,
                ticker,
                new SplittableRandom(),
                others(settings));
    }

    private static SourceDatabase kept(Settings settings, String name, Ticker ticker) {
        DatabaseSettings before = KeptDatabase.named(settings.database(), name);
        PgTools tools = new PgTools(before, new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state())));
        return new KeptDatabase(
                new DatabaseCapture(new Database(before), tools, ticker, Optional.empty()),
                settings.database().name());
    }

    private static List<SiteDatabase> others(Settings settings) {
        return SiteDatabases.of(
                settings.databases(),
                new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state())),
                StateEntry.DUMPS.in(settings.state()));
    }

    /** The programs of PostgreSQL. */
    static PgTools tools(Settings settings) {
        return new PgTools(settings.database(), new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state())));
    }
}
