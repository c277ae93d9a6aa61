package io.understudy.primary.capture.database;

import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.TableStates.State;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * One moment of the database, kept by an open transaction: an exported snapshot that other sessions import. It holds no
 * lock, so no session ever waits for it. In exchange a TRUNCATE or a rewriting ALTER TABLE may follow it, which leave a
 * table empty in older snapshots: the reader of rows first compares the table with what is noted here. Ends with its
 * session.
 *
 * @param id by which {@code SET TRANSACTION SNAPSHOT} and pg_dump know it
 * @param at the server's clock; everything committed before is seen
 * @param tables all that COPY can carry
 * @param states of all tables, by OID
 */
record ExportedSnapshot(String id, Instant at, String walLsn, List<SourceTable> tables, Map<Long, State> states) {
    /** Takes no snapshot yet: that is the first query's doing. */
    static final String BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    private static final String EXPORT = """
            SELECT pg_export_snapshot() AS id, (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS micros,
                CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn
            """;

    ExportedSnapshot {
        tables = List.copyOf(tables);
        states = Map.copyOf(states);
    }

    /** Its name and place alone: the first query of a transaction that has begun as {@link #BEGIN} does. */
    record Export(String id, Instant at, String walLsn) {
        static Export of(Session session) {
            return session.first(
                            EXPORT, row -> new Export(row.text("id"), instant(row.number("micros")), row.text("lsn")))
                    .orElseThrow();
        }
    }

    /** Freezes the moment in this session, which must be idle. */
    static Export freeze(Session session) {
        session.execute(BEGIN);
        return Export.of(session);
    }

    /** Keeps in this session, which must be idle, the moment of another one that may end afterwards. */
    static Export keep(Session session, Export exported) {
        begin(session, exported.id);
        Export again = Export.of(session);
        return new Export(again.id, exported.at, exported.walLsn);
    }

    static ExportedSnapshot of(Export exported, Catalogs catalogs) {
        return new ExportedSnapshot(exported.id, exported.at, exported.walLsn, catalogs.tables(), catalogs.states());
    }

    /** Begins a transaction in the snapshot of that name. */
    static void begin(Session session, String id) {
        session.execute(BEGIN);
        session.execute("SET TRANSACTION SNAPSHOT '" + id + "'");
    }

    /**
     * Runs queries in a transaction without keeping their locks on the catalogs, which a VACUUM FULL would wait for.
     */
    static <T> T withoutLocks(Session session, Function<Session, T> queries) {
        session.execute("SAVEPOINT described; SET LOCAL lock_timeout = '1s'");
        T result = queries.apply(session);
        forget(session);
        return result;
    }

    /** Goes back to before {@link #withoutLocks}, also where a query failed. */
    static void forget(Session session) {
        session.execute("ROLLBACK TO SAVEPOINT described; RELEASE SAVEPOINT described");
    }

    /** Whether the rows of all tables but these can still be read, as a later look at the states found it. */
    boolean keepsAllBut(List<SourceTable> carried, Map<Long, State> later) {
        Set<Long> others = new HashSet<>(states.keySet());
        carried.forEach(table -> others.remove(table.oid()));
        return others.stream()
                .allMatch(oid -> later.containsKey(oid) && states.get(oid).survivesIn(later.get(oid)));
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
    }
}
