package io.understudy.filestore.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.testing.FolderFilestoreContract;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFilestoreTest extends FolderFilestoreContract {
    @TempDir
    private Path root;

    @Override
    protected Filestore create() {
        return new DirectoryFilestore(root);
    }

    @Override
    protected Path root() {
        return root;
    }

    @Override
    protected Filestore in(Path folder) {
        return new DirectoryFilestore(folder);
    }

    @Override
    protected boolean mayDoAnything() {
        return System.getProperty("user.name").equals("root");
    }

    @Test
    void aRootThatIsMountedLaterIsUsed() throws IOException {
        Path missing = root.resolve("not-mounted");
        Filestore store = new DirectoryFilestore(missing);
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.stat("a"));
        Files.createDirectory(missing);
        store.put("a", Content.of(bytes("x")));
        assertThat(store.stat("a")).isPresent();
    }

    @Test
    void theGroupOfTheRootIsThatOfItsFolders() throws IOException {
        Files.setAttribute(root, "unix:mode", 02770);
        put("blobs/ab/one.zst", "content");
        assertThat((int) Files.getAttribute(root.resolve("blobs/ab"), "unix:mode") & 07777)
                .isEqualTo(02770);
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
        assumeFalse(mayDoAnything(), "root may write everywhere");
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
}
