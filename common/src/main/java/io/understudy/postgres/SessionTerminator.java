package io.understudy.postgres;

import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Keeps ending the sessions of some databases while another session waits for them to be gone. PostgreSQL's own
 * statements do the rest: {@code ALTER DATABASE … RENAME} and {@code DROP DATABASE} first lock the database, so that
 * new sessions wait, and then give the old ones five seconds to end.
 */
final class SessionTerminator implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** Autovacuum gives way by itself, and only a superuser may end it. */
    private static final String SESSIONS = "SELECT pid FROM pg_catalog.pg_stat_activity WHERE datid = ANY (?::oid[])"
            + " AND pid <> pg_catalog.pg_backend_pid() AND coalesce(backend_type, '') <> 'autovacuum worker'";

    private final Session session;
    private final String databases;
    private final Ticker ticker;
    private final Thread thread = new Thread(this::run, "session-ender");
    private volatile boolean enough;
    private volatile UnderstudyException refusal;

    private SessionTerminator(Session session, Collection<Long> oids, Ticker ticker) {
        this.session = session;
        this.databases = oids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        this.ticker = ticker;
    }

    /** @param session is closed with the ender */
    static SessionTerminator start(Session session, Collection<Long> oids, Ticker ticker) {
        SessionTerminator ender = new SessionTerminator(session, oids, ticker);
        ender.thread.setDaemon(true);
        ender.thread.start();
        return ender;
    }

    /** Why a session could not be ended, if one could not. */
    Optional<UnderstudyException> refusal() {
        return Optional.ofNullable(refusal);
    }

    private void run() {
        try {
            while (!enough) {
                session.query(SESSIONS, row -> row.number("pid"), databases).forEach(this::end);
                ticker.sleep(PAUSE);
            }
        } catch (UnderstudyException e) {
            refusal = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(long pid) {
        try {
            session.query("SELECT pg_catalog.pg_terminate_backend(?::int)", row -> true, pid);
        } catch (UnderstudyException e) {
            refusal = e;
        }
    }

    @Override
    public void close() {
        enough = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        session.close();
    }
}
