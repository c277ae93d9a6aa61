package io.understudy.postgres;

import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.TaskScope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;

/**
 * One session of a database, in the settings of {@link SessionSettings}. Transactions are begun and ended by
 * statements. Every failure is an {@link UnderstudyException}; a failed COPY ends the session. Not thread-safe, but for
 * {@link #abort()}.
 *
 * <p>More than 300 lines, for all that goes over one connection shares how it fails.
 */
public final class Session implements TaskScope.Abortable {
    private static final int BUFFER = 256 << 10;
    /** What lasts longer than a transaction. */
    private static final Pattern ALTERING = Pattern.compile(
            "(?:^|;)\\s*(?:SET\\s+(?!LOCAL\\s)|RESET\\s|LISTEN\\s|CREATE\\s+TEMP)", Pattern.CASE_INSENSITIVE);

    private final Connection connection;
    private final String where;
    private int version;
    private final int pid;
    private final boolean pooled;
    private List<String> known = List.of();
    private final AtomicReference<Use> use = new AtomicReference<>(Use.OPEN);
    private boolean altered;
    private Optional<Predicate<Session>> keeper = Optional.empty();

    private enum Use {
        OPEN,
        CLOSING,
        /** Another may have it, or it ended. */
        OVER
    }

    /** @param pooled whether a pooler is between here and the server */
    Session(Connection connection, String where, int pid, boolean pooled) {
        this.connection = connection;
        this.where = where;
        this.pid = pid;
        this.pooled = pooled;
    }

    /** The same on the server, for its next user. @param last was closed, and kept by its keeper */
    Session(Session last) {
        this(last.connection, last.where, last.pid, last.pooled);
        version = last.version;
        known = last.known;
    }

    /**
     * Sets what {@link SessionSettings} says; only now may anything be set.
     *
     * @throws UnderstudyException {@code SERVER_TOO_OLD}, {@code MISSING_PRIVILEGE}
     */
    void prepare(String replicationRole) {
        SessionPreparation prepared = SessionPreparation.of(this, where, replicationRole);
        version = prepared.version();
        known = prepared.known();
        altered = false;
    }

    /**
     * Who takes it instead of its end, if nothing lasts in it of what was done. What runs functions of the site is to
     * be in a session that has none.
     *
     * @param next says whether it is kept
     */
    void keptBy(Predicate<Session> next) {
        keeper = Optional.of(next);
    }

    /**
     * The same settings for programs that connect as this session did: options of their startup message; none through a
     * pooler.
     */
    String options() {
        return pooled ? "" : SessionSettings.options(known);
    }

    /** The database's own encoding. */
    String encoding() {
        return first("SELECT pg_catalog.current_setting('server_encoding') AS encoding", row -> row.text("encoding"))
                .orElseThrow();
    }

    /** {@code server_version_num}: 150019. */
    public int serverVersion() {
        return version;
    }

    /** Whether its user may do everything on the server. */
    public boolean isSuperuser() {
        return number("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper") > 0;
    }

    /** The server's process of this session, also after its end. */
    public int pid() {
        return pid;
    }

    /** Whether the server still answers in it, within five seconds. */
    boolean works() {
        try {
            return connection.isValid(5);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Runs one or more statements, separated by semicolons. */
    public void execute(String sql) {
        altered |= ALTERING.matcher(sql).find();
        try (Statement statement = plain()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /**
     * Runs {@code sql} with a value for each {@code ?} in it. Without values it is sent as it is: a question mark is an
     * operator, or part of a value.
     */
    public <T> List<T> query(String sql, Row.Reader<T> reader, Object... values) {
        if (values.length == 0) {
            try (Statement statement = plain();
                    ResultSet result = statement.executeQuery(sql)) {
                return read(result, reader);
            } catch (SQLException e) {
                throw failed(e);
            }
        }
        try (PreparedStatement statement = prepared(sql, values);
                ResultSet result = statement.executeQuery()) {
            return read(result, reader);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static <T> List<T> read(ResultSet result, Row.Reader<T> reader) throws SQLException {
        List<T> found = new ArrayList<>();
        Row row = new Row(result);
        while (result.next()) {
            found.add(reader.read(row));
        }
        return found;
    }

    private Statement plain() throws SQLException {
        Statement statement = connection.createStatement();
        statement.setEscapeProcessing(false);
        return statement;
    }

    private PreparedStatement prepared(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    /** The first row, if there is one. */
    public <T> Optional<T> first(String sql, Row.Reader<T> reader, Object... values) {
        return query(sql, reader, values).stream().findFirst();
    }

    /**
     * The number of rows that a statement changes. As for {@link #query}, without values it is sent as it is.
     *
     * @param sql one that writes, such as DELETE
     */
    public long update(String sql, Object... values) {
        if (values.length == 0) {
            try (Statement statement = plain()) {
                return statement.executeLargeUpdate(sql);
            } catch (SQLException e) {
                throw failed(e);
            }
        }
        try (PreparedStatement statement = prepared(sql, values)) {
            return statement.executeLargeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** The one number that the query gives. */
    public long number(String sql, Object... values) {
        return first("SELECT (" + sql + ") AS number", row -> row.number("number"), values)
                .orElseThrow();
    }

    /**
     * Runs a {@code COPY … TO STDOUT} in text format. Rows are written in pieces, however long they are. What
     * {@code rows} throws is thrown on and ends the session.
     *
     * @return the number of rows, which is also the number that the server says it sent
     */
    public long copyOut(String sql, OutputStream rows) {
        return copying(() -> CopyRows.read(connection.unwrap(PgConnection.class), sql, rows));
    }

    /**
     * Runs a {@code COPY … FROM STDIN} with all that {@code rows} gives. What {@code rows} throws is thrown on and ends
     * the session: nothing of this COPY is stored then.
     *
     * @return the number of rows stored
     */
    public long copyIn(String sql, InputStream rows) {
        return copying(() -> {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
            byte[] buffer = new byte[BUFFER];
            for (int length = rows.read(buffer); length >= 0; length = rows.read(buffer)) {
                copy.writeToCopy(buffer, 0, length);
            }
            return copy.endCopy();
        });
    }

    private interface Copying {
        long run() throws SQLException, IOException;
    }

    private long copying(Copying work) {
        boolean complete = false;
        try {
            long count = work.run();
            complete = true;
            return count;
        } catch (SQLException e) {
            throw failed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!complete) {
                abort();
            }
        }
    }

    /** Ends what runs and the session, from any thread and at once; what runs fails. Idempotent. */
    @Override
    public void abort() {
        if (use.getAndSet(Use.OVER) != Use.OVER) {
            cut();
        }
    }

    private void cut() {
        try {
            if (!connection.isClosed()) {
                connection.unwrap(PGConnection.class).cancelQuery();
            }
        } catch (SQLException e) {
            // Whatever cannot be cancelled ends with its connection.
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // It is gone already.
        }
    }

    @Override
    public void close() {
        if (!use.compareAndSet(Use.OPEN, Use.CLOSING)) {
            return;
        }
        boolean keeps = keeper.isPresent() && isAsItBegan();
        // From here on abort() leaves it alone, for it may be its next user's.
        if (use.compareAndSet(Use.CLOSING, Use.OVER)
                && !(keeps && keeper.orElseThrow().test(this))) {
            end();
        }
    }

    /** Ends it on the server, also after {@link #close}. */
    void end() {
        try {
            connection.close();
        } catch (SQLException e) {
            cut();
        }
    }

    /** Ends a transaction that is open. */
    private boolean isAsItBegan() {
        if (altered) {
            return false;
        }
        try {
            if (connection.isClosed()) {
                return false;
            }
            if (connection.unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE) {
                execute("ROLLBACK");
            }
            return true;
        } catch (SQLException | UnderstudyException e) {
            return false;
        }
    }

    private UnderstudyException failed(SQLException failure) {
        return DatabaseErrors.of("cannot use " + where, failure);
    }
}
