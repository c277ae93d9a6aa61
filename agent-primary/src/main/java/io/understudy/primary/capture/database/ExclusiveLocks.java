package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Waits until no session holds a table exclusively, by asking: without a lock of its own and without a place in the
 * queue for one.
 */
final class ExclusiveLocks {
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final Set<String> GONE = Set.of("42P01", "3F000");
    private static final String HELD = """
            SELECT format('%I.%I', n.nspname, c.relname) AS name,
                coalesce(format('process %s of %s (%s)', a.pid, a.usename, a.application_name), 'a prepared transaction') AS holder
            FROM pg_catalog.pg_locks l
            JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
            JOIN pg_catalog.pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_'
            LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'AccessExclusiveLock'
            ORDER BY l.pid LIMIT 1
            """;

    private final Ticker ticker;
    private final Duration patience;
    private final long start;

    /** @param patience how long to wait altogether */
    ExclusiveLocks(Duration patience, Ticker ticker) {
        this.patience = patience;
        this.ticker = ticker;
        this.start = ticker.nanos();
    }

    /** @throws UnderstudyException {@code DATABASE_BUSY} when a table stays locked */
    void awaitNone(Session idle) {
        for (Optional<String> held = held(idle); held.isPresent(); held = held(idle)) {
            pause(held.get());
        }
    }

    /**
     * Begins a transaction that holds ACCESS SHARE locks on tables but has no snapshot yet. A table that is gone needs
     * no lock.
     *
     * @return names of the tables that are locked
     * @throws UnderstudyException {@code DATABASE_BUSY} when a table stays locked
     */
    Set<String> begin(Session idle, Collection<SourceTable> tables) {
        while (true) {
            idle.execute(ExportedSnapshot.BEGIN);
            Set<String> locked = new HashSet<>();
            Optional<SourceTable> refused = tables.stream()
                    .filter(table -> lock(idle, table, locked) == Lock.REFUSED)
                    .findFirst();
            if (refused.isEmpty()) {
                return locked;
            }
            idle.execute("ROLLBACK");
            pause(held(idle).orElse(refused.get().qualified() + " is locked exclusively again and again"));
        }
    }

    private static Lock lock(Session session, SourceTable table, Set<String> locked) {
        Lock lock = tryLock(session, table);
        if (lock == Lock.HELD) {
            session.execute("RELEASE SAVEPOINT locked");
            locked.add(table.qualified());
        }
        return lock;
    }

    enum Lock {
        HELD,
        /** Another session has the table exclusively, or waits to. */
        REFUSED,
        GONE
    }

    /**
     * Locks a table unless that means waiting. The transaction goes on either way, and is one savepoint deeper when it
     * holds the lock.
     */
    static Lock tryLock(Session session, SourceTable table) {
        session.execute("SAVEPOINT locked");
        try {
            session.execute("LOCK TABLE ONLY " + table.qualified() + " IN ACCESS SHARE MODE NOWAIT");
            return Lock.HELD;
        } catch (UnderstudyException e) {
            String state = DatabaseErrors.state(e).orElse("");
            if (!state.equals(LOCK_NOT_AVAILABLE) && !GONE.contains(state)) {
                throw e;
            }
            release(session);
            return state.equals(LOCK_NOT_AVAILABLE) ? Lock.REFUSED : Lock.GONE;
        }
    }

    /** Gives back what has been locked since the last {@link #tryLock}. */
    static void release(Session session) {
        session.execute("ROLLBACK TO SAVEPOINT locked; RELEASE SAVEPOINT locked");
    }

    static boolean refused(UnderstudyException failure) {
        return DatabaseErrors.state(failure).filter(LOCK_NOT_AVAILABLE::equals).isPresent();
    }

    static boolean gone(UnderstudyException failure) {
        return DatabaseErrors.state(failure).filter(GONE::contains).isPresent();
    }

    private static Optional<String> held(Session session) {
        return session.first(HELD, row -> row.text("name") + " is locked exclusively by " + row.text("holder"));
    }

    private void pause(String why) {
        if (ticker.since(start).compareTo(patience) > 0) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_BUSY,
                    "cannot snapshot the database: table " + why,
                    "wait until that transaction ends, or end it, or raise database.lock_timeout");
        }
        ticker.pause(PAUSE, DatabaseCapture.WHAT);
    }
}
