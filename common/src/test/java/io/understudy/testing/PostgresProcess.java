package io.understudy.testing;

import io.understudy.files.FolderDeletion;
import io.understudy.process.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The server's folder and processes. */
final class PostgresProcess implements AutoCloseable {
    private static final String ACCOUNT = "postgres";
    /** A program before initdb that copies what initdb made before; {@code deploy/test} names it. */
    private static final Optional<String> COPIED_INITDB =
            Optional.ofNullable(System.getenv("UNDERSTUDY_COPIED_INITDB"));

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final PostgresBinaries binaries;
    private final Path folder;
    private final int port;
    private final List<String> parameters;
    private final Map<String, String> environment;
    private Process postmaster;

    private PostgresProcess(
            PostgresBinaries binaries,
            Path folder,
            int port,
            List<String> parameters,
            Map<String, String> environment) {
        this.binaries = binaries;
        this.folder = folder;
        this.port = port;
        this.parameters = parameters;
        this.environment = environment;
    }

    /** @param environment more of what the server gets */
    static PostgresProcess create(
            PostgresBinaries binaries,
            String user,
            String password,
            List<String> parameters,
            Map<String, String> environment) {
        try {
            Path folder = Files.createTempDirectory(
                    "upg", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path secret = Files.writeString(folder.resolve("password"), password);
            giveAway(secret);
            giveAway(folder);
            PostgresProcess process = new PostgresProcess(binaries, folder, FreePorts.next(), parameters, environment);
            process.initialise(user, secret);
            Runtime.getRuntime().addShutdownHook(new Thread(process::close, "postgres-cleanup"));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void initialise(String user, Path secret) {
        List<String> initdb = new ArrayList<>(unprivileged());
        COPIED_INITDB.ifPresent(initdb::add);
        initdb.addAll(List.of(
                binaries.program("initdb").toString(),
                "--pgdata=" + dataFolder(),
                "--username=" + user,
                "--pwfile=" + secret,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                // A segment of the usual 16 MiB would be most of a cluster that is copied.
                "--wal-segsize=1"));
        Programs.run(initdb, Map.of(), "");
    }

    PostgresBinaries binaries() {
        return binaries;
    }

    Path folder() {
        return folder;
    }

    Path dataFolder() {
        return folder.resolve("data");
    }

    int port() {
        return port;
    }

    String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean running() {
        return postmaster != null && postmaster.isAlive();
    }

    void start() {
        if (running()) {
            return;
        }
        postmaster = launch();
        Awaitility.await("PostgreSQL on port " + port)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    if (!postmaster.isAlive()) {
                        throw new IllegalStateException("PostgreSQL ended at its start:\n" + log());
                    }
                    return ready();
                });
    }

    /**
     * The kernel ends the server when the thread that started it ends (killed JVMs run no shutdown hook), so that
     * thread lives as long as the server.
     */
    private Process launch() {
        CompletableFuture<Process> started = new CompletableFuture<>();
        Thread keeper = new Thread(() -> {
            try {
                ProcessBuilder builder = new ProcessBuilder(command())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                folder.resolve("log").toFile()));
                builder.environment().putAll(environment);
                Process process = builder.start();
                started.complete(process);
                process.waitFor();
            } catch (IOException | InterruptedException e) {
                started.completeExceptionally(e);
            }
        });
        keeper.setName("postgres-" + port);
        keeper.setDaemon(true);
        keeper.start();
        return started.join();
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(unprivileged());
        command.add(binaries.program("postgres").toString());
        command.addAll(List.of("-D", dataFolder().toString(), "-p", Integer.toString(port)));
        List<String> all = new ArrayList<>(List.of(
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=" + folder,
                // What a killed server leaves of it goes with its folder.
                "dynamic_shared_memory_type=mmap",
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                "shared_buffers=32MB",
                "max_connections=60",
                "max_prepared_transactions=4",
                "max_worker_processes=8",
                "max_parallel_workers_per_gather=0",
                "wal_level=logical",
                "log_line_prefix=%m [%p] %u@%d ",
                "timezone=UTC"));
        all.addAll(parameters);
        all.forEach(parameter -> command.addAll(List.of("-c", parameter)));
        return command;
    }

    /** The postmaster says in its pid file when it takes connections. */
    private boolean ready() throws IOException {
        Path pidFile = dataFolder().resolve("postmaster.pid");
        List<String> lines;
        try {
            lines = Files.readAllLines(pidFile);
        } catch (NoSuchFileException notYetOrJustReplaced) {
            return false;
        }
        if (lines.size() < 8
                || !lines.get(0).equals(Long.toString(postmaster.pid()))
                || !lines.get(7).strip().equals("ready")) {
            return false;
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        }
    }

    void stop() {
        end("INT");
    }

    void kill() {
        if (!running()) {
            return;
        }
        List<ProcessHandle> children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        Awaitility.await("PostgreSQL on port " + port + " is gone")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> children.stream().noneMatch(Processes::run));
        postmaster.onExit().join();
    }

    /** SIGINT: fast and orderly; SIGQUIT: at once. */
    private void end(String signal) {
        if (!running()) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(postmaster.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (!postmaster.waitFor(60, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
        FolderDeletion.delete(folder);
    }

    private static void giveAway(Path path) throws IOException {
        if (ROOT) {
            UserPrincipal account =
                    path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(ACCOUNT);
            Files.setOwner(path, account);
        }
    }

    /** The server refuses to run as root. */
    private static List<String> unprivileged() {
        if (!ROOT) {
            return List.of("setpriv", "--pdeathsig", "QUIT");
        }
        return List.of("setpriv", "--reuid=" + ACCOUNT, "--regid=" + ACCOUNT, "--init-groups", "--pdeathsig", "QUIT");
    }
}
