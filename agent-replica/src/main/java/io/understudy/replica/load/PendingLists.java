package io.understudy.replica.load;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.Session;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.tasks.TaskScope;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pending lists of GIN indexes, for full text, JSON and arrays: new entries are added to the list, and the
 * statement that makes it longer than {@code gin_pending_list_limit} merges all of it into the index, which takes
 * longer than its own rows do. A load that keeps a database ready lets the list grow, and it is merged once the
 * database is offered. Searches read the index and the list, so they find the same rows at any time.
 *
 * <p>Source: PostgreSQL's documentation, "GIN Fast Update Technique". Not thread-safe.
 */
final class PendingLists {
    private static final Logger LOG = LoggerFactory.getLogger(PendingLists.class);
    /**
     * What is beyond that, a load merges by itself: each search reads the whole list until it is merged, and a
     * promotion may come first.
     */
    private static final String GROW = "SET LOCAL gin_pending_list_limit = '32MB'";
    /**
     * Bytes of rows, as text, that come into a table before its lists are merged: to merge takes the less for each
     * entry the more there are.
     */
    private static final long ENOUGH = 1 << 20;

    /** Without {@code fastupdate} a list is empty, and this is soon done. */
    private static final String MERGE = """
            SELECT pg_catalog.gin_clean_pending_list(i.indexrelid) AS pages
            FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_am a ON a.oid = c.relam AND a.amname = 'gin'
            WHERE i.indrelid = ANY (?::pg_catalog.regclass[])
            """;

    private final Database database;
    private final String spare;
    private Optional<DatabaseIdentity> changed = Optional.empty();
    /** Bytes that came since the last merge, by qualified name of the table. */
    private final Map<String, Long> came = new HashMap<>();

    PendingLists(Database database, String spare) {
        this.database = database;
        this.spare = spare;
    }

    /** Until the end of the transaction that the session is in. */
    static void letGrow(Session session) {
        session.execute(GROW);
    }

    /**
     * Rows came into a database by a load that let the lists grow.
     *
     * @param loads what was done to the tables, by {@link TableChange#text}
     */
    void grew(DatabaseIdentity loaded, Collection<TableChange> tables, Collection<TableLoad> loads) {
        if (!changed.equals(Optional.of(loaded))) {
            changed = Optional.of(loaded);
            came.clear();
        }
        Map<String, TableLoad> byText = new HashMap<>();
        loads.forEach(load -> byText.put(load.table(), load));
        for (TableChange table : tables) {
            TableLoad load = byText.get(table.text());
            if (load != null && load.by() != By.UNCHANGED) {
                came.merge(table.name(), bytes(table, load), Long::sum);
            }
        }
    }

    private static long bytes(TableChange table, TableLoad load) {
        long all = table.after().bytes();
        return load.by() == By.FULL
                ? all
                : load.came() * (all / Math.max(1, table.after().rows()));
    }

    /**
     * Merges the lists of tables into which enough rows came. It may be interrupted at any time: what is merged stays
     * so, and the rest is in the list.
     *
     * @throws UnderstudyException those of sessions, but for a server that refuses it, which is logged: no index needs
     *     it
     */
    void merge() {
        List<String> due = came.entrySet().stream()
                .filter(table -> table.getValue() >= ENOUGH)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (due.isEmpty()) {
            return;
        }
        try (TaskScope scope = new TaskScope("merge the pending lists of indexes")) {
            Session session = scope.open(() -> database.open(spare));
            scope.call(() -> session.query(MERGE, row -> row.number("pages"), KeyText.array(due)));
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.refuses(e)) {
                throw e;
            }
            LOG.warn("pending lists of GIN indexes stay for the server to merge: {}", e.getMessage());
        }
        due.forEach(came::remove);
    }
}
