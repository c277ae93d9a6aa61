package io.understudy.history;

import io.understudy.config.HistoryRule;
import io.understudy.config.NearestName;
import io.understudy.config.ProtectedRows;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tables and columns that the configuration names, compared with the site's database: a name that is mistyped must
 * not be passed over in silence, for what it asks for would be missed only when it is needed.
 */
public final class ConfiguredTables {
    private static final String PARTITIONS = """
            SELECT n.nspname AS schema, c.relname AS name
            FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(?)) p
            JOIN pg_catalog.pg_class c ON c.oid = p.relid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE p.isleaf AND c.relkind = 'r' AND p.level > 0
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
            """;

    private static final String IS_PARTITIONED =
            "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(?) AND relkind = 'p'";

    /** In a text; a table may have thousands of partitions. */
    private static final int NAMED = 5;

    private ConfiguredTables() {}

    /** One name that is not there, and what was meant perhaps. */
    private record Fault(String message, String hint) {
        Fault {
            message = message.strip();
        }
    }

    /**
     * Adds what {@code history.tables}, {@code history.links} and {@code protect} name and the database lacks.
     *
     * @param database of the site; one that is not there yet is passed over
     */
    public static void add(CheckReport.Run findings, Settings settings, Database database) {
        if (settings.database().isThere()) {
            findNames(findings, settings, database);
        }
    }

    private static void findNames(CheckReport.Run findings, Settings settings, Database database) {
        boolean history = !settings.history().tables().isEmpty();
        boolean links = !settings.history().links().isEmpty();
        boolean rows = !settings.replica().changes().rows().protect().isEmpty();
        if (!history && !links && !rows) {
            return;
        }
        try (Session session = database.open()) {
            LiveTables tables = new LiveTables(session);
            if (history) {
                findings.look(
                        "history.tables",
                        () -> result(
                                "history.tables", ofHistory(settings.history().tables(), tables, session)));
            }
            if (links) {
                findings.look("history.links", () -> links(settings, tables));
            }
            if (rows) {
                findings.look(
                        "protect",
                        () -> result(
                                "protect",
                                ofProtect(settings.replica().changes().rows().protect(), tables, session)));
            }
        } catch (UnderstudyException e) {
            // A standby that has imported nothing has no such database; one that is away is a finding of "database".
            if (e.code() != ErrorCode.DATABASE_UNREACHABLE
                    && DatabaseErrors.state(e).filter("3D000"::equals).isEmpty()) {
                findings.failed(history ? "history.tables" : links ? "history.links" : "protect", e);
            }
        }
    }

    private static CheckResult links(Settings settings, LiveTables tables) {
        try {
            int count = new ConfiguredLinks(tables).of(settings.history()).size();
            return CheckResult.ok("history.links", count + " found in the database");
        } catch (UnderstudyException e) {
            return CheckResult.warning("history.links", e.getMessage(), e.hint());
        }
    }

    private static CheckResult result(String name, List<Fault> faults) {
        return faults.isEmpty()
                ? CheckResult.ok(name, "all tables that it names are in the database")
                : CheckResult.warning(
                        name,
                        faults.stream().map(Fault::message).collect(Collectors.joining("; ")),
                        faults.stream().map(Fault::hint).distinct().collect(Collectors.joining("; ")));
    }

    private static List<Fault> ofHistory(List<HistoryRule> rules, LiveTables tables, Session session) {
        List<Fault> faults = new ArrayList<>();
        for (HistoryRule rule : rules) {
            TableRef table = new TableRef(rule.schema(), rule.table());
            if (tables.find(table).isEmpty()) {
                faults.add(partitioned(table, session)
                        .orElseGet(() -> new Fault(
                                "the database has no table " + table + ": no revisions of it are kept",
                                meant(table, tables.names()))));
            } else if (!hasKey(table, session)) {
                faults.add(new Fault(
                        table + " has no primary key: no revisions of it are kept",
                        "leave it out of history.tables, or give it a primary key"));
            }
        }
        return faults;
    }

    private static List<Fault> ofProtect(List<ProtectedRows> rules, LiveTables tables, Session session) {
        List<Fault> faults = new ArrayList<>();
        for (ProtectedRows rule : rules) {
            TableRef table = new TableRef(rule.schema(), rule.table());
            // Rows of a partitioned table are protected by its own name.
            if (tables.find(table).isEmpty() && !isPartitioned(table, session)) {
                faults.add(new Fault(
                        "the database has no table " + table + ": each import would fail",
                        meant(table, tables.names())));
            }
        }
        return faults;
    }

    private static boolean hasKey(TableRef table, Session session) {
        return session.number(
                        "SELECT count(*) FROM pg_catalog.pg_index WHERE indisprimary AND indrelid = pg_catalog.to_regclass(?)",
                        table.qualified())
                > 0;
    }

    private static boolean isPartitioned(TableRef table, Session session) {
        return session.number(IS_PARTITIONED, table.qualified()) > 0;
    }

    private static Optional<Fault> partitioned(TableRef table, Session session) {
        if (!isPartitioned(table, session)) {
            return Optional.empty();
        }
        List<String> leaves = session.query(
                PARTITIONS, row -> new TableRef(row.text("schema"), row.text("name")).toString(), table.qualified());
        return Optional.of(new Fault(
                table + " is partitioned: its rows are those of its partitions, and no revisions of it are kept",
                leaves.isEmpty()
                        ? "it has no partitions yet; name them once they are there"
                        : "name its partitions: "
                                + leaves.stream().limit(NAMED).collect(Collectors.joining(", "))
                                + (leaves.size() > NAMED ? ", … (" + leaves.size() + ")" : "")));
    }

    private static String meant(TableRef table, List<String> names) {
        return NearestName.of(table.toString(), names)
                .map(near -> "did you mean " + near + "?")
                .orElse("name it as schema.table; without a schema it is public");
    }

    /**
     * Why no snapshot has a table of {@code history.tables}, as far as this server's own database shows.
     *
     * @param names of the tables that the newest snapshot has
     */
    static UnderstudyException missing(TableRef table, List<String> names, Database database) {
        Fault fault = partitionedHere(table, database)
                .orElseGet(() -> new Fault("the newest snapshot has no table " + table, meant(table, names)));
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot keep the history of " + table + " (history.tables): " + fault.message(),
                fault.hint());
    }

    /** A standby may have no database yet, or may not reach it: then less is known, and no more. */
    private static Optional<Fault> partitionedHere(TableRef table, Database database) {
        try (Session session = database.open()) {
            return partitioned(table, session);
        } catch (UnderstudyException e) {
            return Optional.empty();
        }
    }
}
