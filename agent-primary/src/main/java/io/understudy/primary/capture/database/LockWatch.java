package io.understudy.primary.capture.database;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that no session of the site waits for a capture. An {@code ALTER TABLE}, a {@code TRUNCATE} or anything
 * else that locks a table exclusively waits for those who read it, and every new reader of the site waits behind it. So
 * the watch looks for such waits ten times a second, and a session of the capture that has blocked another one for
 * {@value #PATIENCE_MILLIS} ms is ended on the server: a worker then reads its table again, the loss of any other
 * session costs the moment. Ended, not cancelled: a session that writes to a slow reader ignores cancellation.
 * Thread-safe.
 */
final class LockWatch {
    /** With the pause between two looks, and the time that the waiting statement itself takes, well below a second. */
    static final int PATIENCE_MILLIS = 400;

    private static final Duration PATIENCE = Duration.ofMillis(PATIENCE_MILLIS);
    private static final int PAUSE_MILLIS = 100;
    private static final String OURS = """
            WITH ours AS (
                SELECT pid FROM pg_catalog.pg_stat_activity
                WHERE datname = pg_catalog.current_database() AND (pid = ANY (?::int[]) OR application_name = ?))
            """;
    /** Of two sessions in a row one is ours. What an ACCESS SHARE lock holds up, or waits for, is an exclusive lock. */
    private static final String WAITS = OURS + """
            SELECT h.pid AS holder, w.pid AS waiter, h.pid IN (SELECT pid FROM ours) AS blocking,
                w.relation::regclass::text AS relation, a.usename, a.application_name, a.query
            FROM pg_catalog.pg_locks w
            JOIN pg_catalog.pg_locks h ON h.locktype = 'relation' AND h.granted
                AND h.database = w.database AND h.relation = w.relation AND h.pid <> w.pid
            LEFT JOIN pg_catalog.pg_stat_activity a
                ON a.pid = CASE WHEN h.pid IN (SELECT pid FROM ours) THEN w.pid ELSE h.pid END
            WHERE w.locktype = 'relation' AND NOT w.granted
            AND 'AccessExclusiveLock' IN (h.mode, w.mode)
            AND (h.pid IN (SELECT pid FROM ours)) <> (w.pid IN (SELECT pid FROM ours))
            """;

    private static final String END_DUMPS = "SELECT pg_catalog.pg_terminate_backend(pid)"
            + " FROM pg_catalog.pg_stat_activity WHERE application_name = ? AND datname = pg_catalog.current_database()";

    private static final Logger LOG = LoggerFactory.getLogger(LockWatch.class);

    private final Session session;
    private final String dumps;
    private final Ticker ticker;
    private final Set<Integer> guarded = ConcurrentHashMap.newKeySet();
    private final Set<Integer> replaceable = ConcurrentHashMap.newKeySet();
    private final Map<Integer, String> ended = new ConcurrentHashMap<>();
    private final Map<Long, Long> waitingSince = new HashMap<>();
    private volatile String obstacle;

    /**
     * @param session of the watch's own
     * @param dumps the name by which the server knows the sessions of this capture's pg_dump
     */
    LockWatch(Session session, String dumps, Ticker ticker) {
        this.session = session;
        this.dumps = dumps;
        this.ticker = ticker;
    }

    /** A session whose end costs the moment. */
    Session guard(Session guarded) {
        this.guarded.add(guarded.pid());
        return guarded;
    }

    /** A session that another one can take the place of. */
    Session guardWorker(Session worker) {
        replaceable.add(worker.pid());
        return guard(worker);
    }

    /** Watches until the latch is open or the thread is interrupted. */
    void until(CountDownLatch done) {
        try {
            while (!done.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once, and ends what has been in the way for too long. */
    synchronized void look() {
        String pids = guarded.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        List<Wait> waits = session.query(
                WAITS,
                row -> new Wait(
                        Math.toIntExact(row.number("holder")),
                        Math.toIntExact(row.number("waiter")),
                        row.flag("blocking"),
                        "process " + row.number(row.flag("blocking") ? "waiter" : "holder") + " of "
                                + row.text("usename") + " (" + row.text("application_name") + ")",
                        row.text("relation"),
                        statement(row.text("query"))),
                pids,
                dumps);
        long now = ticker.nanos();
        Set<Long> seen = new HashSet<>();
        for (Wait wait : waits) {
            if (!wait.blocking) {
                obstacle = wait.relation + " is locked exclusively by " + wait.other + ": " + wait.statement;
                continue;
            }
            seen.add(wait.key());
            long since = waitingSince.computeIfAbsent(wait.key(), key -> now);
            if (now - since >= PATIENCE.toNanos()) {
                end(wait);
            }
        }
        waitingSince.keySet().retainAll(seen);
    }

    private void end(Wait wait) {
        ended.put(wait.holder, wait.other + " waited for " + wait.relation + ": " + wait.statement);
        session.query("SELECT pg_catalog.pg_terminate_backend(?::int)", row -> true, wait.holder);
    }

    /** Data of the site may stand in a statement, in quotes; what comes before them shows which one it is. */
    private static String statement(String query) {
        String start = query == null ? "" : query.split("['\\n]", 2)[0].strip();
        return start.length() <= 100 ? start : start.substring(0, 100) + "…";
    }

    /** Whether the watch ended this session, and for whom. */
    Optional<String> ended(Session session) {
        return Optional.ofNullable(ended.get(session.pid()));
    }

    /** For whom a session was ended whose loss costs the moment. */
    Optional<String> loss() {
        return ended.entrySet().stream()
                .filter(entry -> !replaceable.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** What pg_dump or another session of the capture was last seen waiting for. */
    Optional<String> obstacle() {
        return Optional.ofNullable(obstacle);
    }

    /** Asks the database as it is now, outside every transaction. */
    synchronized <T> T now(Function<Session, T> question) {
        return question.apply(session);
    }

    /**
     * Ends what a pg_dump left behind that was killed: its session, waiting for a lock, would not notice and keep the
     * others.
     */
    synchronized void endDumps() {
        try {
            session.query(END_DUMPS, row -> true, dumps);
        } catch (UnderstudyException e) {
            LOG.debug("cannot end the sessions of pg_dump: {}", e.getMessage());
        }
    }

    private record Wait(int holder, int waiter, boolean blocking, String other, String relation, String statement) {
        long key() {
            return (long) holder << Integer.SIZE | waiter;
        }
    }
}
