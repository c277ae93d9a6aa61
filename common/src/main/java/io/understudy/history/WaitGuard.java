package io.understudy.history;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.tasks.DaemonThreads;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no session of the site waits long for a session of ours: for a table that it reads, behind which
 * every new reader of the site waits, too, for a row that it stores or for a key. While one of our statements runs it
 * looks ten times a second, and cancels the statement when another session was seen to wait for it {@value #LOOKS}
 * times in a row. Short statements cost nothing: its own session is opened when one has run for two looks.
 */
final class WaitGuard implements AutoCloseable {
    private static final int PAUSE_MILLIS = 100;
    private static final int LOOKS = 3;

    private static final String CANCEL = "SELECT pg_catalog.pg_cancel_backend(?::int)";
    private static final String WAITS = "SELECT count(*) FROM pg_catalog.pg_locks w WHERE NOT w.granted"
            + " AND ?::int = ANY (pg_catalog.pg_blocking_pids(w.pid))";

    private static final Logger LOG = LoggerFactory.getLogger(WaitGuard.class);

    private final Database database;
    private final String name;
    private final int pid;
    private final ScheduledExecutorService looking =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("wait-guard"));
    private Session own;
    private boolean running;
    private int looks;
    private int waits;

    /** @param guarded the session, in the database of this name */
    WaitGuard(Database database, String name, Session guarded) {
        this.database = database;
        this.name = name;
        this.pid = guarded.pid();
        looking.scheduleWithFixedDelay(this::look, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Runs statements, which may be cancelled. */
    void during(Runnable statements) {
        set(true);
        try {
            statements.run();
        } finally {
            set(false);
        }
    }

    /** After this returns nothing is cancelled any more. */
    private synchronized void set(boolean runs) {
        running = runs;
        looks = 0;
        waits = 0;
    }

    private synchronized void look() {
        if (!running || ++looks < 2) {
            return;
        }
        try {
            if (own == null) {
                own = database.openApart(name);
            }
            waits = own.number(WAITS, pid) > 0 ? waits + 1 : 0;
            if (waits >= LOOKS) {
                own.query(CANCEL, row -> true, pid);
                waits = 0;
            }
        } catch (UnderstudyException e) {
            LOG.debug("cannot see who waits for process {}: {}", pid, e.getMessage());
            closeOwn();
        }
    }

    private synchronized void closeOwn() {
        if (own != null) {
            own.close();
            own = null;
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
        closeOwn();
    }
}
