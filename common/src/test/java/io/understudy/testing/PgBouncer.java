package io.understudy.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.Settings.DatabaseSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A pgbouncer in front of a test's server: every database of it, each client as the superuser. Tests that need one skip
 * where it is not installed.
 */
public final class PgBouncer implements AutoCloseable {
    private final PostgresServer server;
    private final int port;
    private final Process process;

    private PgBouncer(PostgresServer server, int port, Process process) {
        this.server = server;
        this.port = port;
        this.process = process;
    }

    /**
     * @param folder for its files
     * @param options more lines of its configuration: {@code pool_mode = transaction}
     */
    public static PgBouncer start(PostgresServer server, Path folder, String... options) {
        Path program = Stream.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(program != null, "pgbouncer is not installed: deploy/setup test");
        try {
            int port = FreePorts.next();
            Path file = Files.createTempFile("pgbouncer", ".ini");
            file.toFile().deleteOnExit();
            file.toFile().setReadable(true, false);
            List<String> lines = new ArrayList<>(List.of(
                    "[databases]",
                    "* = host=127.0.0.1 port=" + server.port() + " user=" + PostgresServer.SUPERUSER + " password='"
                            + server.password().replace("'", "''") + "'",
                    "[pgbouncer]",
                    "listen_addr = 127.0.0.1",
                    "listen_port = " + port,
                    "unix_socket_dir =",
                    "auth_type = any"));
            lines.addAll(List.of(options));
            Files.write(file, lines);
            List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
            if ("root".equals(System.getProperty("user.name"))) {
                command.addAll(List.of("--reuid=postgres", "--regid=postgres", "--init-groups"));
            }
            command.addAll(List.of(program.toString(), file.toString()));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                    .start();
            Awaitility.await("pgbouncer").atMost(Duration.ofSeconds(60)).until(() -> listens(port));
            return new PgBouncer(server, port, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** The settings of an agent that reaches a database of the server through it. */
    public DatabaseSettings settings(String database) {
        return settings(database, Map.of());
    }

    /** @param parameters of the URL */
    public DatabaseSettings settings(String database, Map<String, String> parameters) {
        DatabaseSettings s = server.settings(database);
        return new DatabaseSettings(
                s.host(),
                port,
                s.name(),
                parameters,
                s.user(),
                s.password(),
                s.maintenance(),
                s.tools(),
                s.connections(),
                s.ownership(),
                s.lockTimeout());
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
