package io.understudy.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A real PostgreSQL server with a data folder of its own, on 127.0.0.1 alone, run by an unprivileged user. */
public final class PostgresServer {
    private static final String SUPERUSER = "postgres";
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final Duration LIMIT = Duration.ofSeconds(180);

    private final Path home;
    private final int version;
    private final Path tools;
    private final Account account;
    private final int port;

    private PostgresServer(Path home, int version, Account account, int port) {
        this.home = home;
        this.version = version;
        this.tools = VERSIONS.resolve(version + "/bin");
        this.account = account;
        this.port = port;
    }

    /**
     * A server of one of the {@link #versions()}, of which nothing exists yet. The folder must be reachable by an
     * unprivileged user.
     */
    static PostgresServer in(Path home, int version) {
        return new PostgresServer(home, version, Account.unprivileged(), Ports.free());
    }

    /** Creates the cluster; it does not run yet. */
    public void create() {
        account.own(Folders.create(home));
        try {
            initialise();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its major version. */
    int version() {
        return version;
    }

    public int port() {
        return port;
    }

    /** Folder of pg_dump and its kin. */
    public Path tools() {
        return tools;
    }

    /** Waits until the system has forgotten the process of a server that was killed: PostgreSQL thinks that it runs. */
    public void start() {
        postmaster()
                .filter(server -> !server.alive())
                .ifPresent(killed -> Deadline.await(
                        "process " + killed.pid() + " is forgotten",
                        LIMIT,
                        () -> !killed.process().isAlive()));
        ctl("start", "-w", "-t", "120", "-l", log()).successful();
    }

    public void stop() {
        ctl("stop", "-m", "fast", "-w");
    }

    /** As {@code kill -9} of every process of the server. */
    public void kill() {
        postmaster().ifPresent(Running::kill);
    }

    /** The server's first process, absent when it does not run. */
    public Optional<Running> postmaster() {
        Path file = data().resolve("postmaster.pid");
        try {
            return Files.exists(file)
                    ? ProcessHandle.of(Long.parseLong(
                                    Files.readAllLines(file).get(0).strip()))
                            .map(process -> new Running(process, log()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Runs statements as the superuser. */
    public void execute(String database, String... statements) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of all rows, as text. */
    public List<String> query(String database, String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), SUPERUSER, "");
    }

    public Path log() {
        return home.resolve("server.log");
    }

    private void initialise() throws IOException {
        List<String> command = new ArrayList<>();
        // A program before initdb that copies what initdb made before; deploy/test names it.
        Optional<String> copied = Optional.ofNullable(System.getenv("UNDERSTUDY_COPIED_INITDB"));
        copied.ifPresent(command::add);
        command.addAll(List.of(
                tools.resolve("initdb").toString(),
                "--pgdata=" + data(),
                "--username=" + SUPERUSER,
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth=scram-sha-256",
                "--no-sync",
                "--no-instructions",
                "--pwfile=" + passwordFile()));
        // A segment of the usual 16 MiB would be most of what is copied.
        copied.ifPresent(program -> command.add("--wal-segsize=1"));
        Program.of(command.get(0), command.subList(1, command.size()).toArray())
                .as(account)
                .run(LIMIT)
                .successful();
        Files.writeString(
                data().resolve("postgresql.conf"),
                String.join(
                        "\n",
                        "listen_addresses = '127.0.0.1'",
                        "port = " + port,
                        "unix_socket_directories = ''",
                        // What a killed server leaves of it goes with its folder.
                        "dynamic_shared_memory_type = mmap",
                        "fsync = off",
                        "shared_buffers = 32MB",
                        "max_connections = 60",
                        "logging_collector = off",
                        ""),
                StandardOpenOption.APPEND);
        // The superuser is the test's own; the site's role has a password that must be right.
        Files.writeString(
                data().resolve("pg_hba.conf"),
                "host all " + SUPERUSER + " 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
    }

    private Path passwordFile() throws IOException {
        Path file = Files.writeString(home.resolve("superuser.password"), "unused\n");
        account.own(file);
        return file;
    }

    private Outcome ctl(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-s", "-D", data()));
        return Program.of(tools.resolve("pg_ctl"), all.toArray()).as(account).run(LIMIT);
    }

    private Path data() {
        return home.resolve("data");
    }

    /** The major versions of PostgreSQL on this machine, the oldest first. */
    public static List<Integer> versions() {
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
                    .map(version -> Integer.valueOf(version.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int newestVersion() {
        List<Integer> all = versions();
        if (all.isEmpty()) {
            throw new IllegalStateException("cannot find PostgreSQL: run deploy/setup");
        }
        return all.get(all.size() - 1);
    }
}
