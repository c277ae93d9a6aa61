package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tables whose rows a transaction changed so far, by the server's own counters of it; a rollback to a savepoint
 * leaves them counted. TRUNCATE resets the counters, and is known by its lock.
 */
final class TouchedTables {
    private static final String TOUCHED = """
            SELECT n.nspname AS schema, c.relname AS name
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_toast'
            AND (n.nspname !~ '^pg_' OR c.relname IN ('pg_largeobject', 'pg_largeobject_metadata'))
            AND n.nspname <> 'information_schema'
            AND (pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
                    + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > 0
                OR c.oid IN (SELECT l.relation FROM pg_catalog.pg_locks l WHERE l.pid = pg_catalog.pg_backend_pid()
                    AND l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())))
            """;

    private TouchedTables() {}

    /** @throws UnderstudyException {@code MISSING_PRIVILEGE} where the server does not count */
    static void require(Session session) {
        if (session.number("SELECT count(*) FROM pg_catalog.pg_settings WHERE name = 'track_counts' AND setting = 'on'")
                == 0) {
            throw new UnderstudyException(
                    ErrorCode.MISSING_PRIVILEGE,
                    "cannot change rows of a database that was loaded: track_counts is off, so nothing says which tables changed",
                    "set track_counts = on on this server, which is its default");
        }
    }

    /** Qualified, as SQL names them. */
    static Set<String> of(Session session) {
        return new TreeSet<>(session.query(TOUCHED, row -> Sql.qualified(row.text("schema"), row.text("name"))));
    }
}
