package io.understudy.setup;

import io.understudy.config.Settings;
import io.understudy.databases.SiteDatabase;
import io.understudy.databases.SiteDatabases;
import io.understudy.process.SystemCommandRunner;
import io.understudy.state.StateEntry;

/** Whether the databases of {@code databases} can be dumped, and on a standby made live. */
public final class OtherDatabasesCheck {
    private OtherDatabasesCheck() {}

    /** @param standby whether this server is to make them live */
    public static void add(CheckReport.Run findings, Settings settings, boolean standby) {
        for (SiteDatabase each : SiteDatabases.of(
                settings.databases(),
                new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state())),
                StateEntry.DUMPS.in(settings.state()))) {
            String name = "database " + each.name();
            if (!standby) {
                findings.check(name, each::check);
            } else if (each.restorable()) {
                findings.check(name, each::checkStandby);
            } else {
                findings.warn(
                        name,
                        "databases[].restore is not set: what snapshots hold of it never becomes live here",
                        "set restore, swap, undo and drop, or a preset; dump --database " + each.name()
                                + " writes what is kept");
            }
        }
    }
}
