package io.understudy.setup;

import io.understudy.config.OtherDatabase;
import io.understudy.config.PostgresqlOnly;
import io.understudy.config.Settings;
import io.understudy.databases.SiteDatabase;
import io.understudy.databases.SiteDatabases;
import io.understudy.process.SystemCommandRunner;
import io.understudy.state.StateEntry;
import java.util.List;
import java.util.stream.Collectors;

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
        postgresqlOnly(findings, settings);
        if (standby
                && settings.failover().drill().isPresent()
                && !settings.databases().isEmpty()) {
            findings.warn(
                    "drill",
                    "a drill copies no database but PostgreSQL's: the site's copy uses the live "
                            + names(settings.databases()) + ", and writes to it, where its configuration names that",
                    "give the copy another by drill.rewrite or drill.start, such as one that drill.start makes of"
                            + " agent-replica dump latest --database NAME");
        }
    }

    private static String names(List<OtherDatabase> databases) {
        return databases.stream().map(OtherDatabase::name).collect(Collectors.joining(", "));
    }

    /** Where both kinds are, a setting of rows is easily taken for one of all databases. */
    private static void postgresqlOnly(CheckReport.Run findings, Settings settings) {
        List<String> used = PostgresqlOnly.usedIn(settings);
        if (settings.database().isThere() && !settings.databases().isEmpty() && !used.isEmpty()) {
            String others = names(settings.databases());
            findings.check(
                    "settings of PostgreSQL",
                    () -> String.join(", ", used) + ": for the PostgreSQL database "
                            + settings.database().name() + " alone, not for " + others);
        }
    }
}
