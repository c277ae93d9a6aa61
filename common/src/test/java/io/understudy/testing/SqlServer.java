package io.understudy.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.files.FolderDeletion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server of MariaDB or MySQL in a temporary folder, on a socket alone. */
public abstract class SqlServer implements AutoCloseable {
    private static final long START_SECONDS = 60;

    private final Path folder;
    private final String client;
    private final List<String> arguments = new ArrayList<>();
    private Process server;

    /**
     * Starts it, and waits until it takes statements.
     *
     * @param folder new, of this server alone
     * @param client program that runs statements
     * @param arguments of the server, without its socket and what all have
     */
    SqlServer(Path folder, String client, List<String> arguments) {
        this.folder = folder;
        this.client = client;
        try {
            Files.writeString(options(), "[client]\nuser=root\nsocket=" + folder.resolve("s") + "\n");
            this.arguments.addAll(arguments);
            this.arguments.addAll(List.of(
                    "--socket=" + folder.resolve("s"),
                    "--pid-file=" + folder.resolve("pid"),
                    "--skip-networking",
                    "--innodb-buffer-pool-size=16M",
                    "--event-scheduler=OFF"));
            run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new one, in memory where that is possible: the server forces each change of a schema to the disk. */
    static Path folder(String name) {
        try {
            Path memory = Path.of("/dev/shm");
            Path folder = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, name)
                    : Files.createTempDirectory(name);
            // A server that starts deletes temporary tables in its folder, also those of another server.
            Files.createDirectory(folder.resolve("tmp"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the installation of a server and the server itself are given alike. */
    static List<String> places(Path folder) {
        return List.of(
                "--no-defaults",
                "--user=" + System.getProperty("user.name"),
                "--datadir=" + folder.resolve("data"),
                "--tmpdir=" + folder.resolve("tmp"));
    }

    private void run() throws IOException {
        server = new ProcessBuilder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        await();
    }

    /** Kills the server of a test of its own, as a crash does. */
    public void kill() {
        server.destroyForcibly();
    }

    /** Once it was killed: starts it again with what it left on the disk, and waits until it takes statements. */
    public void startAgain() {
        try {
            server.waitFor();
            Files.deleteIfExists(folder.resolve("s"));
            run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void await() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(folder.resolve("s"))) {
            if (!server.isAlive() || System.nanoTime() > end) {
                String said = Files.readString(folder.resolve("log"));
                close();
                throw new IllegalStateException("the server: " + said);
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
        return folder.resolve("client.cnf");
    }

    /** Runs statements; {@code DELIMITER} is understood. @return what they print, without heads of columns */
    public String sql(String statements) {
        return run(List.of(
                        client,
                        "--defaults-file=" + options(),
                        "--batch",
                        "--skip-column-names",
                        "--default-character-set=utf8mb4",
                        "-e",
                        statements))
                .strip();
    }

    /** The calling test is skipped, and says so, on an earlier version; its own statements need this one. */
    public void requireVersion(int major, int minor, int patch) {
        String version = sql("SELECT VERSION()");
        int[] found = Arrays.stream(version.split("[^0-9]+", 4))
                .limit(3)
                .mapToInt(Integer::parseInt)
                .toArray();
        assumeTrue(
                Arrays.compare(found, new int[] {major, minor, patch}) >= 0,
                "needs " + major + "." + minor + "." + patch + ", and the server is " + version);
    }

    static String run(List<String> arguments) {
        try {
            Process process = new ProcessBuilder(new ArrayList<>(arguments))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
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
