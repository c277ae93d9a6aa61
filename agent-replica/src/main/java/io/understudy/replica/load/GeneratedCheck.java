package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.GeneratedValues;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties.Extension;
import io.understudy.repository.Manifest;
import io.understudy.repository.digest.TableDigest;
import io.understudy.tasks.TaskScope;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the generated columns that call functions with the primary's. The server computed them again while rows went
 * in, when a table that such a function reads may still have been empty. So rows with other values are stored once more
 * now that everything is there, as long as that helps. Rows that go by way of a partitioned root are compared together:
 * PostgreSQL chose their partition.
 */
final class GeneratedCheck {
    private static final Logger LOG = LoggerFactory.getLogger(GeneratedCheck.class);

    private final LoadRights rights;
    private final Manifest manifest;
    private final TableCopy copy;

    GeneratedCheck(LoadRights rights, Manifest manifest, TableCopy copy) {
        this.rights = rights;
        this.manifest = manifest;
        this.copy = copy;
    }

    /**
     * @throws UnderstudyException {@code LOAD_MISMATCH} when values still differ, though both servers have the same
     *     programs
     */
    void run(List<TableData> tables, TaskScope scope) {
        Collection<List<TableData>> all = groups(tables);
        if (!all.isEmpty()) {
            scope.start(() -> mend(scope, different(scope, all)));
            scope.await();
        }
    }

    /** The same of tables that are complete: nothing is stored again. */
    void verify(List<TableData> tables, TaskScope scope) {
        List<List<TableData>> wrong = different(scope, groups(tables));
        if (!wrong.isEmpty()) {
            report(scope, wrong);
        }
    }

    private void mend(TaskScope scope, List<List<TableData>> different) {
        List<List<TableData>> wrong = different;
        while (!wrong.isEmpty()) {
            for (List<TableData> group : wrong) {
                LOG.info(
                        "storing the rows of {} again: their generated columns differ from the primary's",
                        names(group));
                storeAgain(scope, group);
            }
            List<List<TableData>> still = different(scope, wrong);
            if (still.size() == wrong.size()) {
                report(scope, still);
                return;
            }
            wrong = still;
        }
    }

    /** The tables whose rows have the same target, by name. */
    private Collection<List<TableData>> groups(List<TableData> tables) {
        return tables.stream()
                .filter(table -> table.generated() != null)
                .sorted(Comparator.comparing(TableCopy::name))
                .collect(Collectors.groupingBy(copy::target, LinkedHashMap::new, Collectors.toList()))
                .values();
    }

    private List<List<TableData>> different(TaskScope scope, Collection<List<TableData>> groups) {
        return groups.stream().filter(group -> !isSame(scope, group)).toList();
    }

    private boolean isSame(TaskScope scope, List<TableData> group) {
        List<TableDigest> here;
        try (Session session = session(scope, group)) {
            here = group.stream().map(table -> read(session, table)).toList();
        }
        List<TableDigest> there =
                group.stream().map(table -> table.generated().digest()).toList();
        return TableDigest.total(here).equals(TableDigest.total(there));
    }

    private TableDigest read(Session session, TableData table) {
        return GeneratedValues.read(
                        session,
                        TableCopy.name(table),
                        table.columns(),
                        table.key(),
                        table.generated().columns(),
                        manifest.database().properties().encoding())
                .digest();
    }

    private void storeAgain(TaskScope scope, List<TableData> group) {
        try (Session session = session(scope, group)) {
            session.execute("BEGIN");
            group.forEach(table -> session.execute("TRUNCATE ONLY " + TableCopy.name(table)));
            for (TableData table : group) {
                copy.again(session, table);
            }
            session.execute("COMMIT");
        }
    }

    private Session session(TaskScope scope, List<TableData> group) {
        Session session = scope.open(() -> rights.open(copy.target(group.get(0))));
        session.execute("SET synchronous_commit = off");
        return session;
    }

    private void report(TaskScope scope, List<List<TableData>> wrong) {
        String what = wrong.stream()
                .flatMap(List::stream)
                .map(GeneratedCheck::columns)
                .limit(10)
                .collect(Collectors.joining(", "));
        if (!hasSamePrograms(scope, wrong.get(0))) {
            LOG.warn(
                    "generated values of {} differ from the primary's, which has other versions of PostgreSQL or extensions",
                    what);
            return;
        }
        throw new UnderstudyException(
                ErrorCode.LOAD_MISMATCH,
                "verification of the loaded database failed: generated values of " + what
                        + " differ from the primary's",
                "a generated column calls a function whose result depends on more than its arguments: let the function read nothing that"
                        + " changes, then store the rows again on the primary (UPDATE … SET column = column)");
    }

    /** Other versions of the same function may give other values, such as PostGIS with a later PROJ. */
    private boolean hasSamePrograms(TaskScope scope, List<TableData> group) {
        try (Session session = session(scope, group)) {
            HashSet<Extension> here = new HashSet<>(session.query(
                    "SELECT e.extname, e.extversion, n.nspname FROM pg_catalog.pg_extension e"
                            + " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace",
                    row -> new Extension(row.text("extname"), row.text("extversion"), row.text("nspname"))));
            DatabaseData data = manifest.database();
            return session.serverVersion() / 10000 == manifest.versions().postgres() / 10000
                    && here.equals(new HashSet<>(data.properties().extensions()));
        }
    }

    private static String names(List<TableData> group) {
        return group.stream().map(TableCopy::name).collect(Collectors.joining(", "));
    }

    private static String columns(TableData table) {
        return TableCopy.name(table) + " ("
                + String.join(", ", table.generated().columns()) + ")";
    }
}
