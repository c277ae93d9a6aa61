package io.understudy.replica.load;

import io.understudy.postgres.SchemaStamp;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How a database was when a load ended, as far as it takes to see later what was written into it since.
 *
 * @param transaction the number that the server's next transaction had then, epoch included: what was written later
 *     carries this number or a higher one
 * @param catalogs a hash of the schema
 * @param others rows of what no list of the snapshot names: tables of extensions, large objects, materialized views
 */
record LoadMark(long transaction, String catalogs, Map<String, Long> others) {
    /**
     * Ordinary tables and filled materialized views, and where large objects are. A table whose rows a user may not
     * read, as those of large objects for all but superusers, is left out.
     */
    private static final String OTHERS = """
            SELECT n.nspname AS schema, c.relname AS name
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relispopulated
                OR c.oid IN ('pg_catalog.pg_largeobject'::regclass, 'pg_catalog.pg_largeobject_metadata'::regclass))
            AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
            AND NOT pg_catalog.row_security_active(c.oid)
            """;

    LoadMark {
        others = Map.copyOf(others);
    }

    /**
     * @param session of the database, in which no other is at work
     * @param listed the qualified names of the snapshot's tables
     */
    static LoadMark of(Session session, Set<String> listed) {
        Map<String, Long> others = new TreeMap<>();
        for (String table : others(session, listed)) {
            others.put(table, session.number("SELECT count(*) FROM ONLY " + table));
        }
        return new LoadMark(next(session), SchemaStamp.of(session), others);
    }

    /** What no list of the snapshot names now. */
    static Set<String> others(Session session, Set<String> listed) {
        Set<String> found = new java.util.TreeSet<>(
                session.query(OTHERS, row -> Sql.qualified(row.text("schema"), row.text("name"))));
        found.removeAll(listed);
        return found;
    }

    /** The number that the next transaction will have, epoch included. */
    static long next(Session session) {
        return session.number("SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())");
    }
}
