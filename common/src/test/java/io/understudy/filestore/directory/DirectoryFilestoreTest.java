package io.understudy.filestore.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.testing.FilestoreContract;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryFilestoreTest extends FilestoreContract {
    @TempDir
    private Path root;

    @Override
    protected Filestore create() {
        return new DirectoryFilestore(root);
    }

    @Test
    void canWriteConditionally() {
        assertThat(store().capabilities().conditionalPut()).isTrue();
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
        Filestore store = new DirectoryFilestore(missing);
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.list("", ""));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.stat("a"));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.open("a", 0));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.put("a", Content.of(bytes("x"))));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.putIfAbsent("a", bytes("x")));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.delete("a"));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, store::capabilities);
        assertThat(missing).doesNotExist();
        assertThat(catchThrowable(() -> store.stat("a"))).hasMessageContaining(missing.toString());
        Files.createDirectory(missing);
        store.put("a", Content.of(bytes("x")));
        assertThat(store.stat("a")).isPresent();
    }

    /** A snapshot is not encrypted: who may read it says the root, for owner and group, whatever the umask. */
    @ParameterizedTest
    @ValueSource(strings = {"rwx------ rwx------", "rwxrwx--- rwxrwx---", "rwxr-xr-x rwxr-x---", "rwxrwxrwx rwxrwx---"})
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

    @Test
    void theGroupOfTheRootIsThatOfItsFolders() throws IOException {
        Files.setAttribute(root, "unix:mode", 02770);
        put("blobs/ab/one.zst", "content");
        assertThat((int) Files.getAttribute(root.resolve("blobs/ab"), "unix:mode") & 07777)
                .isEqualTo(02770);
    }

    /** Whoever may write into the folder takes a name with anything: it is not free, and nothing is waited for. */
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
        new DirectoryFilestore(root).put("b", Content.of(bytes("y")));
        assertThat(stale).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void makesFoldersAgainThatSomebodyRemoved() throws IOException {
        put("blobs/ab/one", "x");
        Files.delete(root.resolve("blobs/ab/one"));
        Files.delete(root.resolve("blobs/ab"));
        Files.delete(root.resolve("blobs"));
        put("blobs/ab/two", "y");
        assertThat(read("blobs/ab/two", 0)).isEqualTo("y");
    }

    @Test
    void forcesTheFolderOfEachNewNameAndOfEachNewFolder() {
        RecordingDisk disk = new RecordingDisk();
        Filestore store = new DirectoryFilestore(root, disk);
        store.put("blobs/ab/one", Content.of(bytes("x")));
        assertThat(disk.forced).containsExactly(root, root, root.resolve("blobs"), root.resolve("blobs/ab"));
        disk.forced.clear();
        store.put("blobs/ab/two", Content.of(bytes("x")));
        assertThat(disk.forced).containsExactly(root.resolve("blobs/ab"));
        disk.forced.clear();
        store.delete("blobs/ab/two");
        assertThat(disk.forced).containsExactly(root.resolve("blobs/ab"));
    }

    /** Several threads read blobs of many megabytes in one go, and the agents have little memory outside the heap. */
    @Test
    void readsLongObjectsWithoutLongBuffersBesideTheHeap() throws IOException {
        int length = 24 << 20;
        Filestore filestore = new DirectoryFilestore(root);
        filestore.put("blobs/long", Content.of(new byte[length]));
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        long before = direct.getMemoryUsed();
        try (InputStream in = filestore.open("blobs/long", 0)) {
            assertThat(in.readNBytes(new byte[length], 0, length)).isEqualTo(length);
        }
        assertThat(direct.getMemoryUsed() - before).isLessThan(1 << 20);
    }

    @Test
    void saysThatTheDiskIsFull() throws IOException {
        Filestore store = new DirectoryFilestore(root, new FullDisk());
        assertFails(ErrorCode.DISK_FULL, () -> store.put("a", Content.of(new byte[100_000])));
        assertFails(ErrorCode.DISK_FULL, () -> store.putIfAbsent("a", bytes("x")));
        assertThat(store.stat("a")).isEmpty();
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void saysThatItIsDenied() {
        Filestore store = new DirectoryFilestore(root, new DeniedDisk());
        assertFails(ErrorCode.FILESTORE_DENIED, () -> store.put("a", Content.of(bytes("x"))));
        assertFails(ErrorCode.FILESTORE_DENIED, () -> store.putIfAbsent("a", bytes("x")));
    }

    @Test
    void saysThatARealFolderIsDenied() throws IOException {
        put("closed/a", "x");
        assumeFalse(System.getProperty("user.name").equals("root"), "root may write everywhere");
        Path closed = root.resolve("closed");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        try {
            assertFails(ErrorCode.FILESTORE_DENIED, () -> read("closed/a", 0));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> keys("", ""));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> put("closed/b", "x"));
        } finally {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Nothing of the repository is in such a folder: anyone who writes there could stop each listing with one. */
    @Test
    void aStrayFolderThatMayNotBeReadHidesNothing() throws IOException {
        assumeFalse(System.getProperty("user.name").equals("root"), "root may read everywhere");
        put("epochs/00000001.json", "x");
        Path stray = Files.createDirectory(root.resolve("epochs/x"), PosixFilePermissions.asFileAttribute(Set.of()));
        assertThat(keys("epochs/", "")).containsExactly("epochs/00000001.json");
        Files.delete(stray);
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

    @Test
    void anInterruptedReaderIsCancelled() throws IOException {
        put("a", "12345");
        try (InputStream in = store().open("a", 0)) {
            Thread.currentThread().interrupt();
            assertFails(ErrorCode.CANCELLED, in::read);
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void aLinkWhoseAcknowledgementWasLostCounts() {
        Filestore store = new DirectoryFilestore(root, new Disk() {
            @Override
            void link(Path name, Path file) throws IOException {
                super.link(name, file);
                if (name.endsWith("claim")) {
                    throw new FileAlreadyExistsException(name.toString());
                }
            }
        });
        assertThat(store.putIfAbsent("claim", bytes("mine"))).isTrue();
        assertThat(store.putIfAbsent("claim", bytes("other"))).isFalse();
        assertThat(store.capabilities().conditionalPut()).isTrue();
        assertThat(read("claim", 0)).isEqualTo("mine");
    }

    @Test
    void aRacingWriterThatComesFirstWins() {
        Filestore store = new DirectoryFilestore(root, new Disk() {
            @Override
            void link(Path name, Path file) throws IOException {
                if (name.endsWith("claim")) {
                    Files.writeString(name, "theirs");
                }
                super.link(name, file);
            }
        });
        assertThat(store.putIfAbsent("claim", bytes("mine"))).isFalse();
        assertThat(read("claim", 0)).isEqualTo("theirs");
    }

    @Test
    void aDiskMountedBelowTheRootIsNamedAsTheCause() {
        Filestore store = new DirectoryFilestore(root, new Disk() {
            @Override
            void rename(Path from, Path to) throws IOException {
                throw new AtomicMoveNotSupportedException(from.toString(), to.toString(), "Invalid cross-device link");
            }
        });
        assertFails(ErrorCode.FILESTORE_DENIED, () -> store.put("a", Content.of(bytes("x"))));
        assertThat(keys("", "")).isEmpty();
    }

    @Test
    void writesThroughARootThatIsALink() throws IOException {
        Path real = Files.createDirectory(root.resolve("real"));
        Path link = Files.createSymbolicLink(root.resolve("link"), real);
        new DirectoryFilestore(link).put("a/b", Content.of(bytes("x")));
        assertThat(real.resolve("a/b")).hasContent("x");
    }

    private Stream<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("~writing"))) {
            return files.toList().stream();
        }
    }
}
