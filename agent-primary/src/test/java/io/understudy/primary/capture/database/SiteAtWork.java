package io.understudy.primary.capture.database;

import io.understudy.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Sessions of a site that repeat statements until it is closed. What a reader asks must be answered within a second, by
 * the server's own clock: its limit is {@code statement_timeout}.
 */
final class SiteAtWork implements AutoCloseable {
    private static final int WAITS_BEFORE_YIELDING = 4;
    private static final double SHORTEST = 0.02;
    private static final double LONGEST = 3;

    private final PostgresServer server;
    private final String database;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<SQLException> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    SiteAtWork(PostgresServer server, String database) {
        this.server = server;
        this.database = database;
    }

    /**
     * Repeats a query that fails when it takes longer than a second, some forty times a second.
     *
     * @return how often it was answered so far
     */
    AtomicInteger reads(String query) {
        return repeats("SET statement_timeout = '1s'", List.of(query, "SELECT pg_sleep(0.02)"));
    }

    /** Repeats statements, each in a transaction of its own. @return how often all of them were done so far */
    AtomicInteger repeats(String... statements) {
        return repeats("SELECT 1", List.of(statements));
    }

    private AtomicInteger repeats(String first, List<String> statements) {
        return repeats(first, () -> statements);
    }

    /**
     * Repeats a statement fifty times a second; and, once it waited for a capture's whole patience
     * {@value #WAITS_BEFORE_YIELDING} times, after pauses that grow with each such wait up to three seconds. Without
     * that, a machine on which pg_dump takes longer than a site may wait never gets its snapshot, which says nothing
     * about the capture.
     *
     * @return how often it was done so far
     */
    AtomicInteger repeatsAndYields(String sql) {
        SlowerEachTime pauses = new SlowerEachTime();
        return repeats("SELECT 1", () -> List.of(pauses.next(), sql));
    }

    private AtomicInteger repeats(String first, Supplier<List<String>> round) {
        AtomicInteger done = new AtomicInteger();
        Thread thread = new Thread(() -> {
            try (Connection connection = server.connect(database);
                    Statement statement = connection.createStatement()) {
                statement.execute(first);
                while (!over) {
                    for (String sql : round.get()) {
                        statement.execute(sql);
                    }
                    done.incrementAndGet();
                }
            } catch (SQLException e) {
                failures.add(e);
            }
        });
        threads.add(thread);
        thread.start();
        return done;
    }

    private static final class SlowerEachTime {
        private int longWaits;
        private double pause = SHORTEST;
        private long paused = System.nanoTime();

        /** The next pause; what has passed since the last one was the statement. */
        String next() {
            long took = System.nanoTime() - paused - (long) (pause * 1e9);
            if (took >= LockWatch.PATIENCE_MILLIS * 1_000_000L && ++longWaits > WAITS_BEFORE_YIELDING) {
                pause = Math.min(pause * 2, LONGEST);
            }
            paused = System.nanoTime();
            return "SELECT pg_sleep(" + pause + ")";
        }
    }

    Queue<SQLException> failures() {
        return failures;
    }

    @Override
    public void close() {
        over = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
