package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.points.PrimaryPoint;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One moment of the database, kept by an open transaction: an exported snapshot that other sessions import, and ACCESS SHARE locks that were
 * taken <em>before</em> it. In the other order a TRUNCATE or a rewriting ALTER TABLE between the two would leave the table empty
 * in the snapshot, because both ignore what older snapshots should see. Ends with its session.
 *
 * @param id by which {@code SET TRANSACTION SNAPSHOT} and pg_dump know it
 * @param at the server's clock; everything committed before is seen
 * @param tables all that COPY can carry, each one locked
 */
record ExportedSnapshot(String id, Instant at, String walLsn, List<SourceTable> tables) {
    /** Takes no snapshot yet: that is the first query's doing, after the locks. */
    static final String BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    private static final String EXPORT = """
            SELECT pg_export_snapshot() AS id, (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS micros,
                CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn
            """;

    private static final int ATTEMPTS = 20;

    ExportedSnapshot {
        tables = List.copyOf(tables);
    }

    /**
     * Freezes the moment in this session, which must be idle.
     *
     * @param locks as {@link TableLocks#acquire}
     * @throws UnderstudyException {@code DATABASE_BUSY} when a table's lock can't be had, {@code MISSING_PRIVILEGE} and others of a session
     */
    static ExportedSnapshot take(Session session, Function<Session, Set<Long>> locks) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Set<Long> locked = locks.apply(session);
            PrimaryPoint.TABLES_LOCKED.reached();
            ExportedSnapshot moment = export(session);
            if (locked.containsAll(moment.oids())) {
                return moment;
            }
            session.execute("ROLLBACK");
        }
        throw new UnderstudyException(
                ErrorCode.DATABASE_BUSY,
                "cannot freeze a moment of the database: new tables appeared during each of " + ATTEMPTS + " attempts",
                "take the snapshot when no migration runs");
    }

    private static ExportedSnapshot export(Session session) {
        ExportedSnapshot bare = session.first(
                        EXPORT,
                        row -> new ExportedSnapshot(
                                row.text("id"), instant(row.number("micros")), row.text("lsn"), List.of()))
                .orElseThrow();
        return new ExportedSnapshot(bare.id, bare.at, bare.walLsn, new Catalog(session).tables());
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
    }

    private Set<Long> oids() {
        return tables.stream().map(SourceTable::oid).collect(Collectors.toCollection(HashSet::new));
    }
}
