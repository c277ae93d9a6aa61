package io.understudy.postgres;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * Finds out, before anything of a session is changed, whether each of its transactions may run in another session of
 * the server: then what is set for it would stay in sessions that the pooler gives to the site. A pooler gives its
 * clients keys of its own for cancelling (message {@code BackendKeyData} of PostgreSQL's protocol), so a process number
 * that the server does not confirm shows that there is one. Whether it keeps sessions together shows when a second
 * client holds a transaction open: it never gets the first one's process, and the first one keeps it.
 */
final class Pooler {
    private static final int ROUNDS = 3;
    private static final int LIMIT_MILLIS = 4000;

    private Pooler() {}

    /** Makes another connection of the same kind. */
    interface Connecting {
        Connection connect();
    }

    /** Whether something between here and the server answers for it. */
    static boolean isBetween(Connection connection, int process) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID() != process;
    }

    /**
     * @param where the database as messages name it
     * @throws UnderstudyException {@code CONFIG_INVALID} when the pooler does not keep sessions together,
     *     {@code DATABASE_BUSY} when it has no second one
     */
    static void requireSessions(Connection first, Connecting another, String where) throws SQLException {
        for (int round = 0; round < ROUNDS; round++) {
            boolean together;
            try (Connection other = another.connect();
                    Statement statement = other.createStatement()) {
                // A client that waits for a session of the pool is out of reach of a cancellation.
                other.setNetworkTimeout(Runnable::run, LIMIT_MILLIS);
                first.setNetworkTimeout(Runnable::run, LIMIT_MILLIS);
                int own = process(first);
                statement.execute("BEGIN");
                together = process(other) != own && process(first) == own;
                statement.execute("ROLLBACK");
                first.setNetworkTimeout(Runnable::run, 0);
            } catch (SQLException e) {
                throw timedOut(e) ? noSession(where, e) : shared(where, e);
            }
            if (!together) {
                throw shared(where, null);
            }
        }
    }

    /** The server's process. */
    static int process(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT pg_catalog.pg_backend_pid()")) {
            result.next();
            return result.getInt(1);
        }
    }

    private static boolean timedOut(SQLException failure) {
        return failure.getCause() instanceof SocketTimeoutException;
    }

    private static UnderstudyException shared(String where, SQLException cause) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot use " + where
                        + ": a connection pooler in transaction or statement mode is in between: the agent's settings would leak into the site's sessions",
                "let database.url name the PostgreSQL server itself, or a pool in session mode",
                cause);
    }

    private static UnderstudyException noSession(String where, SQLException cause) {
        return new UnderstudyException(
                ErrorCode.DATABASE_BUSY,
                "cannot use " + where + ": the connection pooler in between has no second session",
                "let database.url name the PostgreSQL server itself, or raise the pool's size to database.connections and 5 more",
                cause);
    }
}
