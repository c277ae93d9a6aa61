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

/**
 * Sessions of a site that repeat statements until it is closed. What a reader asks must be answered within a second, by
 * the server's own clock: its limit is {@code statement_timeout}.
 */
final class SiteAtWork implements AutoCloseable {
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
        AtomicInteger done = new AtomicInteger();
        Thread thread = new Thread(() -> {
            try (Connection connection = server.connect(database);
                    Statement statement = connection.createStatement()) {
                statement.execute(first);
                while (!over) {
                    for (String sql : statements) {
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
