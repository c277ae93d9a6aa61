package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Catalog.TableName;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * ACCESS SHARE locks on every table that is to be read. While one table has to be waited for, none of the others is held, so the capture is
 * never part of a deadlock with the site.
 */
final class TableLocks {
    private static final int BATCH = 200;
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final Set<String> GONE = Set.of("42P01", "3F000");
    private static final String HOLDERS = """
            SELECT string_agg(DISTINCT format('process %s of %s (%s)', a.pid, a.usename, a.application_name), ', ') AS holders
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
            WHERE l.relation = ? AND l.mode = 'AccessExclusiveLock'
            """;

    private final Duration patience;
    private final Ticker ticker;

    /** @param patience how long to wait for all locks together */
    TableLocks(Duration patience, Ticker ticker) {
        this.patience = patience;
        this.ticker = ticker;
    }

    /**
     * Begins a transaction that holds the locks but has no snapshot yet.
     *
     * @return the OIDs of the locked tables
     */
    Set<Long> acquire(Session session) {
        long start = ticker.nanos();
        while (true) {
            List<TableName> tables = new Catalog(session).tableNames();
            session.execute(ExportedSnapshot.BEGIN);
            Optional<List<TableName>> refused = lockAll(session, tables);
            if (refused.isEmpty()) {
                return tables.stream().map(TableName::oid).collect(Collectors.toCollection(HashSet::new));
            }
            session.execute("ROLLBACK");
            for (TableName table : refused.get()) {
                await(session, table, patience.minus(ticker.since(start)));
            }
            if (ticker.since(start).compareTo(patience) > 0) {
                throw busy(session, refused.get().get(0));
            }
        }
    }

    /** Locks what the transaction has not locked yet, unless that means waiting. */
    static boolean tryLock(Session session, String qualified) {
        return attempt(session, "LOCK TABLE ONLY " + qualified + " IN ACCESS SHARE MODE NOWAIT")
                .isEmpty();
    }

    /** @return the batch in which a table could not be locked */
    private static Optional<List<TableName>> lockAll(Session session, List<TableName> tables) {
        for (int from = 0; from < tables.size(); from += BATCH) {
            List<TableName> batch = tables.subList(from, Math.min(from + BATCH, tables.size()));
            String names = batch.stream().map(TableName::qualified).collect(Collectors.joining(", ONLY "));
            if (attempt(session, "LOCK TABLE ONLY " + names + " IN ACCESS SHARE MODE NOWAIT")
                    .isPresent()) {
                return Optional.of(batch);
            }
        }
        return Optional.empty();
    }

    /** Waits until the table is free, without keeping its lock. A table that is gone meanwhile needs none. */
    private static void await(Session session, TableName table, Duration left) {
        session.execute("BEGIN; SET LOCAL lock_timeout = " + Math.max(1, left.toMillis()));
        try {
            attempt(session, "LOCK TABLE ONLY " + table.qualified() + " IN ACCESS SHARE MODE")
                    .filter(LOCK_NOT_AVAILABLE::equals)
                    .ifPresent(state -> {
                        throw busy(session, table);
                    });
        } finally {
            session.execute("ROLLBACK");
        }
    }

    /** @return the SQL state when the lock was refused or the table is gone; the transaction goes on either way */
    private static Optional<String> attempt(Session session, String lock) {
        session.execute("SAVEPOINT before_lock");
        try {
            session.execute(lock);
            session.execute("RELEASE SAVEPOINT before_lock");
            return Optional.empty();
        } catch (UnderstudyException e) {
            String state = DatabaseErrors.state(e).orElse("");
            if (!state.equals(LOCK_NOT_AVAILABLE) && !GONE.contains(state)) {
                throw e;
            }
            session.execute("ROLLBACK TO SAVEPOINT before_lock");
            return Optional.of(state);
        }
    }

    private static UnderstudyException busy(Session session, TableName table) {
        String holders = session.first(HOLDERS, row -> row.text("holders"), table.oid())
                .map(text -> " by " + text)
                .orElse("");
        return new UnderstudyException(
                ErrorCode.DATABASE_BUSY,
                "cannot snapshot the database: table " + table.qualified() + " is locked exclusively" + holders,
                "wait for that session or end it, or raise database.lock_timeout");
    }
}
