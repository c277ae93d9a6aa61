package io.understudy.testing;

import io.understudy.config.Secret;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL server for tests: its own data folder, loopback, a free port, an unprivileged user, passwords
 * checked (SCRAM), fsync off. {@link #shared()} is started once for all tests of a JVM, which keep apart by databases
 * of their own; {@link #start()} gives a server that a test may stop and kill. No process survives the JVM, however it
 * ends. Thread-safe but for stop, kill and restart.
 */
public final class PostgresServer implements AutoCloseable {
    public static final String SUPERUSER = "postgres";
    private static final String PASSWORD = "the server's own: it's 100% secret";
    /**
     * What the server keeps of the password, as it keeps it, but for one iteration in place of 4096: those are most of
     * what a connection costs, and tests make thousands of them.
     */
    private static final String VERIFIER =
            "SCRAM-SHA-256$1:dW5kZXJzdHVkeSB0ZXN0cw==$l0LhhpYDMiOpfcRzTnYBVD6i691aI5GvPnMsjaTs5pU=:EXcGyjv+zYTkLomPnKOiik3j7StfzZASRi8W6+NtOZA=";

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final PostgresProcess process;

    private PostgresServer(PostgresProcess process) {
        this.process = process;
    }

    private static final class Shared {
        static final PostgresServer SERVER = start();
    }

    /** The server of this JVM; never stop it. */
    public static PostgresServer shared() {
        return Shared.SERVER;
    }

    /** A server of the caller's own; about 2 s. */
    public static PostgresServer start() {
        return start(List.of());
    }

    /** @param parameters more of the server's configuration, as {@code name=value} */
    public static PostgresServer start(List<String> parameters) {
        return start(PostgresBinaries.find(), parameters);
    }

    public static PostgresServer start(PostgresBinaries binaries, List<String> parameters) {
        return start(binaries, parameters, Map.of());
    }

    /** One whose messages are in this language where its package has them: {@code de}. */
    public static PostgresServer speaking(String language) {
        return start(PostgresBinaries.find(), List.of(), Map.of("LANGUAGE", language));
    }

    private static PostgresServer start(
            PostgresBinaries binaries, List<String> parameters, Map<String, String> environment) {
        PostgresProcess process = PostgresProcess.create(binaries, SUPERUSER, VERIFIER, parameters, environment);
        process.start();
        return new PostgresServer(process);
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return process.port();
    }

    public String password() {
        return PASSWORD;
    }

    /** Folder of pg_dump, psql and the rest, of the server's own version. */
    public Path tools() {
        return process.binaries().folder();
    }

    /** The folder of the server's Unix socket. */
    public Path socketFolder() {
        return process.folder();
    }

    public Path dataFolder() {
        return process.dataFolder();
    }

    /** What the server wrote to its log so far. */
    public String log() {
        return process.log();
    }

    /** The settings of an agent for this database, as the superuser. */
    public DatabaseSettings settings(String database) {
        return settings(database, SUPERUSER, PASSWORD, Ownership.PRESERVE);
    }

    public DatabaseSettings settings(String database, String user, String password, Ownership ownership) {
        return new DatabaseSettings(
                host(),
                port(),
                database,
                Map.of(),
                user,
                Secret.of(password),
                "postgres",
                Optional.of(tools()),
                2,
                ownership,
                Duration.ofSeconds(10));
    }

    public Connection connect(String database) throws SQLException {
        return connect(database, SUPERUSER, PASSWORD);
    }

    public Connection connect(String database, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("PGHOST", host());
        properties.setProperty("PGPORT", Integer.toString(port()));
        properties.setProperty("PGDBNAME", database);
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        return DriverManager.getConnection("jdbc:postgresql:///", properties);
    }

    /** A name for a database or role that no other test of this JVM uses. */
    public String newName(String prefix) {
        return prefix + "_" + NAMES.incrementAndGet();
    }

    /** Creates an empty database. @return its name, which starts with {@code prefix} */
    public String createDatabase(String prefix) {
        String name = newName(prefix);
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + quoted(name) + " TEMPLATE template0");
            return name;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Drops the database if it exists, also while sessions are connected to it. */
    public void dropDatabase(String name) {
        psql("postgres", "DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE);");
    }

    /**
     * Creates a role unless it exists. @param options as {@code CREATE ROLE} takes them:
     * {@code LOGIN PASSWORD 'x' CREATEDB}
     */
    public void createRole(String name, String options) {
        if (psql("postgres", "SELECT 1 FROM pg_roles WHERE rolname = " + literal(name))
                .isEmpty()) {
            psql("postgres", "CREATE ROLE " + quoted(name) + " " + options + ";");
        }
    }

    /**
     * Runs a script with psql as the superuser; its first error throws.
     *
     * @return the rows, unaligned, columns separated by {@code |}, without headings
     */
    public String psql(String database, String script) {
        return psql(database, SUPERUSER, PASSWORD, script);
    }

    public String psql(String database, String user, String password, String script) {
        return Programs.run(
                        List.of(program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"),
                        environment(database, user, password),
                        script)
                .strip();
    }

    /**
     * The whole database as SQL, its properties too, without what differs between two equal databases: its name, the
     * order of rows, versions.
     */
    public String dump(String database) {
        String text = Programs.run(
                List.of(program("pg_dump"), "--create", "--encoding=UTF8"),
                environment(database, SUPERUSER, PASSWORD),
                "");
        return DumpText.normalised(text, database);
    }

    /** As {@link #dump}, without the properties of the database itself. */
    public String content(String database) {
        String text = Programs.run(
                List.of(program("pg_dump"), "--encoding=UTF8"), environment(database, SUPERUSER, PASSWORD), "");
        return DumpText.normalised(text, database);
    }

    /** Runs a file with psql as the superuser, byte by byte as it is; its first error throws. */
    public void psqlFile(String database, Path script) {
        Programs.run(
                List.of(program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", script.toString()),
                environment(database, SUPERUSER, PASSWORD),
                "");
    }

    /** Restores a tar archive that comes through a pipe; its first error throws. */
    public void restorePiped(String database, Path tar) {
        String command = "cat \"$0\" | \"$1\" --exit-on-error --format=tar --dbname=\"$PGDATABASE\"";
        Programs.run(
                List.of("sh", "-c", command, tar.toString(), program("pg_restore")),
                environment(database, SUPERUSER, PASSWORD),
                "");
    }

    /** Restores an archive of any format with pg_restore by two jobs; its first error throws. */
    public void restore(String database, Path archive) {
        Programs.run(
                List.of(
                        program("pg_restore"),
                        "--exit-on-error",
                        "--jobs=2",
                        "--dbname=" + "dbname='"
                                + database.replace("\\", "\\\\").replace("'", "\\'") + "'",
                        archive.toString()),
                environment(database, SUPERUSER, PASSWORD),
                "");
    }

    /** The environment that lets any of PostgreSQL's programs reach this database. */
    public Map<String, String> environment(String database, String user, String password) {
        return Map.of(
                "PGHOST",
                host(),
                "PGPORT",
                Integer.toString(port()),
                "PGDATABASE",
                database,
                "PGUSER",
                user,
                "PGPASSWORD",
                password,
                "PGCLIENTENCODING",
                "UTF8",
                "PGOPTIONS",
                "-c client_min_messages=warning -c statement_timeout=0");
    }

    /** Orderly: sessions are ended, everything is on disk. */
    public void stop() {
        process.stop();
    }

    /** As if the machine's power failed: every process of the server dies at once. */
    public void kill() {
        process.kill();
    }

    /** Starts it again on the same port after {@link #stop} or {@link #kill}, or stops it first. */
    public void restart() {
        process.stop();
        process.start();
    }

    public boolean running() {
        return process.running();
    }

    /** Kills it and removes its folder. */
    @Override
    public void close() {
        process.close();
    }

    public static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    public static String literal(String text) {
        return (text.contains("\\") ? " E'" : "'") + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    private String program(String name) {
        return process.binaries().program(name).toString();
    }
}
