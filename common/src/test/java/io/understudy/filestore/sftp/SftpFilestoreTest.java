package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.understudy.config.SshOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Remark;
import io.understudy.testing.FilestoreContract;
import io.understudy.testing.Interposed;
import io.understudy.testing.SshServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on OpenSSH's server. All tests share the connections, for most would wait for nothing else. */
class SftpFilestoreTest extends FilestoreContract {
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

    private static SftpFilestore onSharedConnections(Path folder) {
        return new SftpFilestore(Location.parse(server.url(folder)), connections, Ticker.system());
    }

    @Test
    void canWriteConditionally() {
        assertThat(store().capabilities().conditionalPut()).isTrue();
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

    @Test
    void keepsEachObjectInAFileOfItsName() throws IOException {
        put("blobs/ab/one.zst", "content");
        store().putIfAbsent("understudy.json", bytes("{}"));
        assertThat(root.resolve("blobs/ab/one.zst")).hasContent("content");
        assertThat(root.resolve("understudy.json")).hasContent("{}");
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void aMissingRootIsUnreachableNotEmpty() throws IOException {
        Path missing = root.resolve("not-mounted");
        Filestore other = onSharedConnections(missing);
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> other.list("", ""));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> other.stat("a"));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> other.open("a", 0));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> other.put("a", Content.of(bytes("x"))));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> other.putIfAbsent("a", bytes("x")));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> other.delete("a"));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, other::capabilities);
        assertThat(missing).doesNotExist();
        assertThat(catchThrowable(() -> other.stat("a"))).hasMessageContaining(missing.toString());
    }

    /** A snapshot is not encrypted: who may read it says the root, for owner and group, whatever the umask. */
    @ParameterizedTest
    @ValueSource(strings = {"rwx------ rwx------", "rwxrwx--- rwxrwx---", "rwxr-xr-x rwxr-x---"})
    void nobodyButOwnerAndGroupMayReadIt(String modes) throws IOException {
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(modes.split(" ")[0]));

        put("blobs/ab/one.zst", "content");
        store().putIfAbsent("manifests/1.json", bytes("{}"));

        for (String name : List.of("blobs", "blobs/ab", "manifests", "~writing")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(name))))
                    .as(name)
                    .isEqualTo(modes.split(" ")[1]);
        }
        for (String name : List.of("blobs/ab/one.zst", "manifests/1.json")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(name))))
                    .as(name)
                    .isEqualTo("rw-r-----");
        }
    }

    /** Anyone who may write into the folder takes a name with anything: it is not free, and nothing is waited for. */
    @ParameterizedTest
    @ValueSource(strings = {"mkfifo X", "mkdir X", "ln -s /nonexistent X", "ln -s X X", "ln -s /dev/zero X"})
    void whatIsNoFileTakesItsNameAndIsNotRead(String command) throws Exception {
        Path name = Files.createDirectories(root.resolve("epochs")).resolve("00000002.json");
        new ProcessBuilder("sh", "-c", command.replace("X", name.toString()))
                .inheritIO()
                .start()
                .waitFor();

        assertThat(store().putIfAbsent("epochs/00000002.json", bytes("x"))).isFalse();
        assertThat(keys("epochs/", "")).containsExactly("epochs/00000002.json");
        assertFails(ErrorCode.OBJECT_MISSING, () -> store().open("epochs/00000002.json", 0));
        assertThat(store().stat("epochs/00000002.json")).isEmpty();
    }

    @Test
    void noLinkLeadsAListingRoundInCircles() throws IOException {
        put("manifests/a", "x");
        for (String link : List.of("b", "c", "d")) {
            Files.createSymbolicLink(root.resolve("manifests").resolve(link), root.resolve("manifests"));
        }
        assertThat(keys("manifests/", "")).containsExactly("manifests/a");
    }

    @Test
    void aFolderThatHasTheNameOfAnObjectIsMovedAside() throws IOException {
        put("replicas/other.json", "x");
        Files.createDirectory(root.resolve("replicas/one.json"));
        put("replicas/one.json", "report");
        assertThat(read("replicas/one.json", 0)).isEqualTo("report");
    }

    @Test
    void passesOverFilesThatAreNotItsOwn() throws IOException {
        put("a", "x");
        Files.writeString(root.resolve("~writing/left-by-a-crash"), "x");
        Files.writeString(root.resolve("name with spaces"), "x");
        Files.createDirectories(root.resolve("lost+found"));
        Files.writeString(root.resolve("lost+found/x"), "x");
        assertThat(keys("", "")).containsExactly("a");
    }

    @Test
    void removesWhatCrashedWritersLeftLongAgo() throws IOException {
        put("a", "x");
        Path stale = Files.writeString(root.resolve("~writing/stale"), "x");
        Path recent = Files.writeString(root.resolve("~writing/recent"), "x");
        Files.setLastModifiedTime(stale, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        Files.setLastModifiedTime(recent, FileTime.from(Instant.now().minus(Duration.ofHours(23))));
        onSharedConnections(root).put("b", Content.of(bytes("y")));
        assertThat(stale).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void makesFoldersAgainThatAnotherProgramRemoved() throws IOException {
        put("blobs/ab/one", "x");
        Files.delete(root.resolve("blobs/ab/one"));
        Files.delete(root.resolve("blobs/ab"));
        Files.delete(root.resolve("blobs"));
        put("blobs/ab/two", "y");
        assertThat(read("blobs/ab/two", 0)).isEqualTo("y");
    }

    @Test
    void anObjectBelowAnObjectIsMissing() {
        put("a", "x");
        assertThat(stat("a/b")).isEmpty();
        assertFails(ErrorCode.OBJECT_MISSING, () -> read("a/b", 0));
        assertFails(ErrorCode.FILESTORE_FAILED, () -> put("a/b", "x"));
        store().delete("a/b");
        assertThat(read("a", 0)).isEqualTo("x");
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

    /** Nothing of the repository is in such a folder: anyone who writes there could stop each listing with one. */
    @Test
    void aStrayFolderThatMayNotBeReadHidesNothing() throws IOException {
        put("epochs/00000001.json", "x");
        Path stray = Files.createDirectory(root.resolve("epochs/x"), PosixFilePermissions.asFileAttribute(Set.of()));
        assertThat(keys("epochs/", "")).containsExactly("epochs/00000001.json");
        Files.delete(stray);
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

    @Test
    void aHangingServerEndsWithinTheLimit() throws IOException {
        Path folder = server.newFolder();
        SshOptions options = server.settings(folder).ssh();
        try (Filestore slow =
                new SftpFilestore(server.settings(folder, Duration.ofSeconds(1), options), Ticker.system())) {
            slow.put("a", Content.of(bytes("x")));
            List<ProcessHandle> sessions = server.sessions();
            signal("STOP", sessions);
            try {
                long begun = System.nanoTime();
                assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> slow.stat("a"));
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
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

    private Stream<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("~writing"))) {
            return files.toList().stream();
        }
    }
}
