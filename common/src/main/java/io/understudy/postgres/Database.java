package io.understudy.postgres;

import io.understudy.config.Secret;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.postgresql.Driver;

/**
 * The way to the databases of one server. Every session is a connection of its own: workers of a snapshot or an import
 * hold theirs from beginning to end, each in its own transaction. What only asks leaves its session to the next
 * question, within {@link #keepingSessions}. Thread-safe.
 */
public final class Database {
    /** The oldest server that is supported. */
    public static final int OLDEST = 120000;
    /** {@code too_many_connections}. */
    private static final String FULL = "53300";

    private static final int ATTEMPTS = 20;

    private final DatabaseSettings settings;
    private final String replicationRole;
    private final Set<String> keepsSessions = ConcurrentHashMap.newKeySet();
    private final SessionShelf shelf;

    public Database(DatabaseSettings settings) {
        this(settings, "origin", new SessionShelf());
    }

    private Database(DatabaseSettings settings, String replicationRole, SessionShelf shelf) {
        this.settings = Objects.requireNonNull(settings);
        this.replicationRole = replicationRole;
        this.shelf = shelf;
    }

    /**
     * Does work that asks much, by few sessions: until it ends, one that is closed, of this and of its
     * {@link #asReplica}, is left to the next {@link #open}, as long as nothing that lasts was set in it; not so of the
     * site's own database. Works may be nested, and go on at the same time.
     */
    public <T> T keepingSessions(Supplier<T> work) {
        shelf.begin();
        try {
            return work.get();
        } finally {
            shelf.end();
        }
    }

    /**
     * Ends the sessions that {@link #keepingSessions} keeps and no one uses: a program is to connect, and the server
     * may let in few.
     */
    public void endIdle() {
        shelf.clear(kind -> true);
    }

    /** The same but for those of the maintenance database: other databases are to be renamed or dropped. */
    void endKept() {
        shelf.clear(kind -> !kind.database().equals(settings.maintenance()));
    }

    /**
     * The same with sessions for which the site's triggers, foreign keys, rules and event triggers do nothing, but for
     * those that are enabled for replicas ({@code session_replication_role}). To open one throws
     * {@code MISSING_PRIVILEGE} where the user may not have that.
     */
    public Database asReplica() {
        return new Database(settings, "replica", shelf);
    }

    /** The same by another role. */
    Database as(String user, Secret password) {
        return new Database(settings.as(user, password), replicationRole, new SessionShelf(shelf));
    }

    String replicationRole() {
        return replicationRole;
    }

    public DatabaseSettings settings() {
        return settings;
    }

    /** Connects to the site's database. */
    public Session open() {
        return open(settings.name());
    }

    /** Connects to the database that databases are created, renamed and dropped from. */
    public Session maintenance() {
        return open(settings.maintenance());
    }

    /**
     * Connects to any database of the server.
     *
     * @throws UnderstudyException {@code DATABASE_UNREACHABLE}, {@code DATABASE_DENIED}, {@code DATABASE_BUSY},
     *     {@code SERVER_TOO_OLD}, {@code CONFIG_INVALID} when a pooler in between does not keep sessions together,
     *     {@code CANCELLED} when the thread is interrupted
     */
    public Session open(String name) {
        // An idle session in template1 keeps others from making databases, and one in the site's takes it a place.
        if (name.equals("template1") || name.equals(settings.name())) {
            return openApart(name);
        }
        SessionShelf.Kind kind = new SessionShelf.Kind(replicationRole, name);
        Session session = shelf.take(kind).map(Session::new).orElseGet(() -> openApart(name));
        if (shelf.isKeeping()) {
            session.keptBy(closed -> shelf.give(kind, closed));
        }
        return session;
    }

    /**
     * As {@link #open(String)}, a session that no other work had before or has afterwards: functions of the site may
     * run in it, and leave something there.
     */
    public Session openApart(String name) {
        for (int attempt = 1; ; attempt++) {
            try {
                return connected(name);
            } catch (UnderstudyException e) {
                // This agent's own idle ones are ended; the server takes a moment to see that they ended.
                boolean full = DatabaseErrors.state(e).filter(FULL::equals).isPresent();
                if (!full || attempt == ATTEMPTS || !shelf.clear(kind -> true) && attempt == 1) {
                    throw e;
                }
            }
        }
    }

    private Session connected(String name) {
        String what = "cannot connect to " + describe(name) + " as " + Sql.identifier(settings.user());
        Connection connection = connect(name, what);
        try {
            int process = Pooler.process(connection);
            boolean pooled = Pooler.isBetween(connection, process);
            if (pooled && !keepsSessions.contains(name)) {
                Pooler.requireSessions(connection, () -> connect(name, what), describe(name));
                keepsSessions.add(name);
            }
            Session session = new Session(connection, describe(name), process, pooled);
            session.prepare(replicationRole);
            return session;
        } catch (SQLException e) {
            closeQuietly(connection);
            throw DatabaseErrors.of(what, e);
        } catch (RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // What led here is thrown.
        }
    }

    /** {@code database "site" at 127.0.0.1:5432}. */
    private String describe(String name) {
        return "database " + Sql.identifier(name) + " at " + settings.host() + ":" + settings.port();
    }

    private Connection connect(String name, String what) {
        try {
            try {
                return connect(name, true);
            } catch (SQLException e) {
                if (!PoolerErrors.refusesOptions(e)) {
                    throw e;
                }
                return connect(name, false);
            }
        } catch (SQLException e) {
            throw PoolerErrors.of(what, e).orElseGet(() -> DatabaseErrors.of(what, e));
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new UnderstudyException(ErrorCode.CANCELLED, what + ": cancelled", "run it again", e);
            }
            throw e;
        }
    }

    private Connection connect(String name, boolean options) throws SQLException {
        Optional<String> password = settings.password().reveal();
        try {
            return connect(name, options, password);
        } catch (SQLException e) {
            if (!DatabaseErrors.refusesLogin(e) || !settings.password().differsFrom(password)) {
                throw e;
            }
            return connect(name, options, settings.password().reveal());
        }
    }

    private Connection connect(String name, boolean options, Optional<String> password) throws SQLException {
        Connection connection = new Driver().connect(url(name), properties(options, password));
        return Objects.requireNonNull(connection, "the driver does not know its own URL");
    }

    private String url(String name) {
        String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        return "jdbc:postgresql://" + host + ":" + settings.port() + "/"
                + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    /** @param options whether time limits are lifted in the startup message; poolers refuse it */
    private Properties properties(boolean options, Optional<String> password) {
        Properties properties = new Properties();
        properties.put("connectTimeout", "10");
        properties.put("loginTimeout", "20");
        properties.put("cancelSignalTimeout", "5");
        properties.put("tcpKeepAlive", "true");
        properties.putAll(settings.parameters());
        properties.put("assumeMinServerVersion", "12");
        // Details and contexts quote rows.
        properties.put("logServerErrorDetail", "false");
        properties.put("ApplicationName", ConnectionString.NAME);
        if (options) {
            properties.merge("options", SessionSettings.AT_START, (own, ours) -> own + " " + ours);
        }
        properties.put("allowEncodingChanges", "true");
        properties.put("user", settings.user());
        password.ifPresent(text -> properties.put("password", text));
        return properties;
    }
}
