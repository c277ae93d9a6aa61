package io.understudy.primary.capture.database.tracking;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * The logical replication slot of one repository, by SQL functions in an ordinary session. PostgreSQL keeps its own
 * write-ahead log from the slot's position on, so its owner drops it when it keeps too much.
 *
 * @param name of the slot, {@code understudy_<site>_<repository>}
 */
record TrackingSlot(String name) {
    static final String PREFIX = "understudy_";
    static final String PLUGIN = "test_decoding";
    /** The first server whose {@code pg_current_snapshot} and decoding are what is relied on. */
    static final int OLDEST = 130000;

    private static final int LONGEST = 63;
    private static final int REPOSITORY_DIGITS = 12;
    /** More changes than this are read by whole tables. */
    private static final int MOST_CHANGES = 4_000_000;

    private static final String STATE = """
            SELECT plugin = 'test_decoding' AND datoid = (
                    SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AS own,
                active, coalesce(wal_status, 'lost') AS wal, confirmed_flush_lsn::text AS position,
                pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), restart_lsn)::bigint AS retained
            FROM pg_catalog.pg_replication_slots WHERE slot_name = ?
            """;

    /** The same repository has the same slot, on whatever server. */
    static TrackingSlot of(String site, UUID repository) {
        String id = repository.toString().replace("-", "").substring(0, REPOSITORY_DIGITS);
        String plain = site.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        int room = LONGEST - PREFIX.length() - 1 - REPOSITORY_DIGITS;
        return new TrackingSlot(PREFIX + plain.substring(0, Math.min(room, plain.length())) + "_" + id);
    }

    /**
     * @param own whether it is of this database and of the plugin that is understood
     * @param usable whether the server still has the log from its position on
     * @param position from which it reads
     * @param retained bytes of the log that the server keeps for it
     */
    record State(boolean own, boolean usable, boolean active, String position, long retained) {}

    /** A position as a number of bytes: {@code 16/B374D848}. */
    static long bytes(String position) {
        String[] halves = position.split("/");
        return (Long.parseLong(halves[0], 16) << 32) + Long.parseLong(halves[1], 16);
    }

    /** Empty where there is none. */
    Optional<State> state(Session session) {
        return session.first(
                STATE,
                row -> new State(
                        row.flag("own"),
                        !row.text("wal").equals("lost"),
                        row.flag("active"),
                        row.text("position"),
                        row.number("retained")),
                name);
    }

    /**
     * Makes it. The server waits for every transaction that runs.
     *
     * @throws UnderstudyException {@code DATABASE_BUSY} when they take longer than the limit; {@code MISSING_PRIVILEGE}
     *     and {@code DATABASE_FAILED} where the server refuses
     */
    void create(Session session, Duration limit) {
        try {
            session.execute("SET statement_timeout = " + limit.toMillis());
            session.query(
                    "SELECT lsn::text AS lsn FROM pg_catalog.pg_create_logical_replication_slot(?, ?)",
                    row -> row.text("lsn"),
                    name,
                    PLUGIN);
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.DATABASE_UNREACHABLE) {
                throw e;
            }
            throw new UnderstudyException(
                    e.code(), "cannot create replication slot " + name + ": " + e.getMessage(), e.hint(), e);
        } finally {
            session.execute("SET statement_timeout = 0");
        }
    }

    void drop(Session session) {
        session.query(
                "SELECT pg_catalog.pg_drop_replication_slot(slot_name)::text AS dropped"
                        + " FROM pg_catalog.pg_replication_slots WHERE slot_name = ?",
                row -> row.text("dropped"),
                name);
    }

    /**
     * A mark in the log.
     *
     * @param position behind it
     * @param xid of the transaction that wrote it
     */
    record Mark(String position, long xid) {}

    /** Writes a mark into the log and makes sure that the log is on disk up to it. */
    Mark mark(Session session, String mark) {
        session.execute("BEGIN READ WRITE; SET LOCAL synchronous_commit = local");
        long xid = session.first(
                        "SELECT pg_catalog.pg_logical_emit_message(true, ?, ?)::text AS lsn,"
                                + " pg_catalog.pg_current_xact_id()::text AS xid",
                        row -> Long.parseLong(row.text("xid")),
                        Decoding.MARK_PREFIX,
                        mark)
                .orElseThrow();
        session.execute("COMMIT");
        return session.first(
                        "SELECT pg_catalog.pg_current_wal_flush_lsn()::text AS lsn",
                        row -> new Mark(row.text("lsn"), xid))
                .orElseThrow();
    }

    /** Reads what was committed up to a position, and leaves the slot where it is. */
    void read(Session session, String until, String encoding, Decoding decoding) {
        session.copyOut(
                "COPY (SELECT lsn, xid, data FROM pg_catalog.pg_logical_slot_peek_changes(" + Sql.literal(name) + ", "
                        + Sql.literal(until) + ", " + MOST_CHANGES
                        + ", 'include-xids', '1', 'skip-empty-xacts', '1')) TO STDOUT (FORMAT text, ENCODING "
                        + Sql.literal(encoding) + ")",
                new DecodedLines(decoding));
    }

    /** What was committed before the position is not read again, and its log not kept. */
    void advance(Session session, String position) {
        session.query(
                "SELECT end_lsn::text AS lsn FROM pg_catalog.pg_replication_slot_advance(?, ?::pg_lsn)",
                row -> row.text("lsn"),
                name,
                position);
    }
}
