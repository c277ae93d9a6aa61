package io.understudy.replica.load;

import io.understudy.postgres.SchemaStamp;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.Collection;
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
 * @param stale tables that changed since the materialized views were refreshed; mostly none
 * @param own tables that this standby's own rules changed behind the load, qualified; their rows are not the snapshot's
 */
record LoadMark(long transaction, String catalogs, Map<String, Long> others, Set<String> stale, Set<String> own) {
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
        stale = stale == null ? Set.of() : Set.copyOf(stale);
        own = own == null ? Set.of() : Set.copyOf(own);
    }

    LoadMark(long transaction, String catalogs, Map<String, Long> others, Set<String> stale) {
        this(transaction, catalogs, others, stale, Set.of());
    }

    LoadMark(long transaction, String catalogs, Map<String, Long> others) {
        this(transaction, catalogs, others, Set.of(), Set.of());
    }

    /**
     * After a load that changed rows of listed tables, sequences and some views, and nothing else. The hash stays that
     * of when it was made: what was done to the schema since is found when it is compared the next time.
     *
     * @param refreshed the qualified names of views that have other rows now
     * @param left tables that changed since the views were refreshed
     */
    LoadMark moved(Session session, Collection<String> refreshed, Set<String> left) {
        Map<String, Long> counts = new TreeMap<>(others);
        refreshed.forEach(view ->
                counts.computeIfPresent(view, (name, last) -> session.number("SELECT count(*) FROM ONLY " + name)));
        return new LoadMark(next(session), catalogs, counts, left, Set.of());
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

    LoadMark withStale(Set<String> tables) {
        return new LoadMark(transaction, catalogs, others, tables, own);
    }

    LoadMark withOwn(Set<String> tables) {
        return new LoadMark(transaction, catalogs, others, stale, tables);
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
