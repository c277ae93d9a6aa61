package io.understudy.replica.load;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.tasks.TaskScope;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the planner's statistics in parallel, so that the site is fast from its first query. A partitioned table is
 * one piece of work with its partitions. A table whose statistics cannot be gathered is reported and does not fail the
 * load: its rows are there.
 */
final class Analysis {
    private static final Logger LOG = LoggerFactory.getLogger(Analysis.class);
    /**
     * ANALYZE of a parent reads its children, and foreign ones over the network: then only the others are done, each by
     * itself.
     */
    private static final String TABLES = """
            WITH RECURSIVE over_foreign (oid) AS (
                SELECT i.inhparent FROM pg_catalog.pg_inherits i
                JOIN pg_catalog.pg_class f ON f.oid = i.inhrelid AND f.relkind = 'f'
                UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN over_foreign o ON o.oid = i.inhrelid)
            SELECT n.nspname AS schema, c.relname AS name
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            AND c.oid NOT IN (SELECT oid FROM over_foreign)
            AND (NOT c.relispartition OR EXISTS (
                SELECT FROM pg_catalog.pg_inherits i JOIN over_foreign o ON o.oid = i.inhparent WHERE i.inhrelid = c.oid))
            ORDER BY pg_catalog.pg_relation_size(c.oid) DESC
            """;

    private final Database database;
    private final String spare;

    Analysis(Database database, String spare) {
        this.database = database;
        this.spare = spare;
    }

    void run() {
        run(tables());
    }

    /** Of these tables alone, qualified. */
    void run(Collection<String> some) {
        Queue<String> tables = new ConcurrentLinkedQueue<>(some);
        try (TaskScope scope = new TaskScope("gather the loaded database's statistics")) {
            for (int i = 0; i < Math.min(database.settings().connections(), tables.size()); i++) {
                scope.start(() -> analyse(scope.open(() -> database.open(spare)), tables));
            }
            scope.await();
        }
    }

    private List<String> tables() {
        try (Session session = database.open(spare)) {
            return session.query(TABLES, row -> Sql.qualified(row.text("schema"), row.text("name")));
        }
    }

    private static void analyse(Session session, Queue<String> tables) {
        session.execute("SET synchronous_commit = off");
        for (String table = tables.poll(); table != null; table = tables.poll()) {
            try {
                session.execute("ANALYZE " + table);
            } catch (UnderstudyException e) {
                if (!DatabaseErrors.refuses(e)) {
                    throw e;
                }
                LOG.warn("no statistics for table {}: {}", table, e.getMessage());
            }
        }
    }
}
