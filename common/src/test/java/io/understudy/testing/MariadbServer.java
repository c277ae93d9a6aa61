package io.understudy.testing;

import io.understudy.files.FolderDeletion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A MariaDB server of Debian's package in a temporary folder, on a socket alone. {@code deploy/setup test} installs it.
 */
public final class MariadbServer implements AutoCloseable {
    private static final long START_SECONDS = 60;

    private final Path folder;
    private final Process server;

    private MariadbServer(Path folder, Process server) {
        this.folder = folder;
        this.server = server;
    }

    /** Whether the server's programs are here. */
    public static boolean installed() {
        return Files.isExecutable(Path.of("/usr/sbin/mariadbd"))
                && Files.isExecutable(Path.of("/usr/bin/mariadb-dump"));
    }

    /** In a new folder, in memory where that is possible: the server forces each change of a schema to the disk. */
    public static MariadbServer start() {
        try {
            Path memory = Path.of("/dev/shm");
            Path folder = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "understudy-mariadb")
                    : Files.createTempDirectory("understudy-mariadb");
            String user = System.getProperty("user.name");
            // A server that starts deletes temporary tables in its folder, also those of another server.
            String temporary = "--tmpdir=" + Files.createDirectory(folder.resolve("tmp"));
            run(List.of(
                    "mariadb-install-db",
                    "--no-defaults",
                    "--datadir=" + folder.resolve("data"),
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                    temporary,
                    "--user=" + user));
            Files.writeString(options(folder), "[client]\nuser=root\nsocket=" + folder.resolve("s") + "\n");
            Process server = new ProcessBuilder(
                            "/usr/sbin/mariadbd",
                            "--no-defaults",
                            "--user=" + user,
                            "--datadir=" + folder.resolve("data"),
                            "--socket=" + folder.resolve("s"),
                            "--pid-file=" + folder.resolve("pid"),
                            temporary,
                            "--skip-networking",
                            "--innodb-buffer-pool-size=16M",
                            "--innodb-log-file-size=8M",
                            "--event-scheduler=OFF")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            MariadbServer started = new MariadbServer(folder, server);
            started.await();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(folder.resolve("s"))) {
            if (!server.isAlive() || System.nanoTime() > end) {
                throw new IllegalStateException("mariadbd: " + Files.readString(folder.resolve("log")));
            }
            pause();
        }
    }

    private void pause() {
        try {
            server.waitFor(50, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** File with the login. */
    public Path options() {
        return options(folder);
    }

    private static Path options(Path folder) {
        return folder.resolve("client.cnf");
    }

    /** Runs statements; {@code DELIMITER} is understood. @return what they print, without heads of columns */
    public String sql(String statements) {
        return run(List.of(
                        "mariadb",
                        "--defaults-file=" + options(),
                        "--batch",
                        "--skip-column-names",
                        "--default-character-set=utf8mb4",
                        "-e",
                        statements))
                .strip();
    }

    private static String run(List<String> arguments) {
        try {
            Process process = new ProcessBuilder(new ArrayList<>(arguments))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(arguments.get(0) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends the server at once, and deletes its folder. */
    @Override
    public void close() {
        server.destroyForcibly();
        try {
            server.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        FolderDeletion.delete(folder);
    }
}
