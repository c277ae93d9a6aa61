package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.SshOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Remark;
import io.understudy.testing.FolderFilestoreContract;
import io.understudy.testing.Interposed;
import io.understudy.testing.SshServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on OpenSSH's server. All tests share the connections, for most would wait for nothing else. */
class SftpFilestoreTest extends FolderFilestoreContract {
    private static SshServer server;
    private static Connections connections;

    private Path root;

    @BeforeAll
    static void start() {
        server = SshServer.start();
        var settings = server.settings(Path.of("/any"));
        connections = Connections.of(Location.parse(settings.url()), settings, Ticker.system(), System::getenv);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            connections.close();
            server.close();
        }
    }

    @Override
    protected Filestore create() {
        root = server.newFolder();
        return new Interposed(onSharedConnections(root)) {
            @Override
            public void close() {
                // The next test uses them.
            }
        };
    }

    @Override
    protected Path root() {
        return root;
    }

    @Override
    protected Filestore in(Path folder) {
        return onSharedConnections(folder);
    }

    /** The server's session is another user's. */
    @Override
    protected boolean mayDoAnything() {
        return false;
    }

    private static SftpFilestore onSharedConnections(Path folder) {
        return new SftpFilestore(Location.parse(server.url(folder)), connections, Ticker.system());
    }

    @Test
    void saysWhatTheServerCanDo() {
        assertThat(onSharedConnections(root).remarks())
                .allMatch(remark -> remark.hint().isEmpty())
                .extracting(Remark::text)
                .anyMatch(text -> text.startsWith("server SSH-2.0-OpenSSH"))
                .contains(
                        "files and folders are forced to disk (fsync@openssh.com)",
                        "objects are replaced in one step (posix-rename@openssh.com)",
                        "epochs are claimed atomically (hardlink@openssh.com)");
    }

    /** A limit of open files passes, and so does the rest of what may refuse to open a folder. */
    @Test
    void asksAgainWhetherFoldersAreForced() throws IOException {
        SftpFilestore other = onSharedConnections(root);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("-wx------"));
        try {
            assertThat(other.remarks()).extracting(Remark::text).anyMatch(text -> text.contains("their names are not"));
        } finally {
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        }
        assertThat(other.remarks())
                .extracting(Remark::text)
                .contains("files and folders are forced to disk (fsync@openssh.com)");
    }

    @Test
    void aFolderThatHasTheNameOfAnObjectIsMovedAside() throws IOException {
        put("replicas/other.json", "x");
        Files.createDirectory(root.resolve("replicas/one.json"));
        put("replicas/one.json", "report");
        assertThat(read("replicas/one.json", 0)).isEqualTo("report");
    }

    /** What may not be read is not missing. */
    @Test
    void saysThatAFolderIsDenied() throws IOException {
        put("closed/a", "x");
        put("closed/d/e", "x");
        Path closed = root.resolve("closed");
        Files.setPosixFilePermissions(closed, Set.of());
        try {
            assertFails(ErrorCode.FILESTORE_DENIED, () -> read("closed/a", 0));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> stat("closed/a"));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> keys("", ""));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> put("closed/b", "x"));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> store().putIfAbsent("closed/b", bytes("x")));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> store().delete("closed/a"));
        } finally {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        }
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void interruptedCallersAreCancelled() throws IOException {
        put("a", "x");
        Thread.currentThread().interrupt();
        try {
            assertFails(ErrorCode.CANCELLED, () -> store().stat("a"));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(stat("a")).isPresent();
        try (InputStream in = store().open("a", 0)) {
            Thread.currentThread().interrupt();
            assertFails(ErrorCode.CANCELLED, in::read);
        } finally {
            Thread.interrupted();
        }
        assertThat(read("a", 0)).isEqualTo("x");
    }

    @Test
    void aLostConnectionIsUnreachableAndTheNextOperationOpensAnother() throws IOException {
        put("a", "12345");
        try (InputStream in = store().open("a", 0)) {
            server.killSessions();
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> {
                in.readAllBytes();
                store().stat("a");
            });
        }
        assertThat(read("a", 0)).isEqualTo("12345");
    }

    @Test
    void aServerThatIsGoneIsUnreachable() {
        try (SshServer other = SshServer.start();
                Filestore gone = new SftpFilestore(other.settings(other.newFolder()), Ticker.system())) {
            gone.put("a", Content.of(bytes("x")));
            other.stop();
            // What is sent before the end of the connection is noticed, and what is sent after that.
            for (int i = 0; i < 3; i++) {
                assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> gone.stat("a"));
            }
            other.launch();
            assertThat(gone.stat("a")).isPresent();
        }
    }

    /** The limit is also that of a login, which takes a second on a slow machine. */
    @Test
    @Tag("slow")
    void aHangingServerEndsWithinTheLimit() throws IOException {
        Path folder = server.newFolder();
        SshOptions options = server.settings(folder).ssh();
        try (Filestore slow =
                new SftpFilestore(server.settings(folder, Duration.ofSeconds(4), options), Ticker.system())) {
            slow.put("a", Content.of(bytes("x")));
            List<ProcessHandle> sessions = server.sessions();
            signal("STOP", sessions);
            try {
                long begun = System.nanoTime();
                assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> slow.stat("a"));
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
            } finally {
                signal("CONT", sessions);
            }
            assertThat(slow.stat("a")).isPresent();
        }
    }

    private static void signal(String signal, List<ProcessHandle> processes) {
        for (ProcessHandle each : processes) {
            io.understudy.testing.Programs.run(
                    List.of("kill", "-" + signal, Long.toString(each.pid())), java.util.Map.of(), "");
        }
    }
}
