package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import java.io.IOException;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every filestore promises that keeps each object in a file of its name below a folder of this machine. */
public abstract class FolderFilestoreContract extends FilestoreContract {
    /** The folder of {@link #create}. */
    protected abstract Path root();

    /** Another filestore, which knows nothing yet, in a folder. */
    protected abstract Filestore in(Path folder);

    /** Whether the user who reads and writes the files is not bound by their modes. */
    protected abstract boolean mayDoAnything();

    protected final Stream<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(root().resolve("~writing"))) {
            return files.toList().stream();
        }
    }

    @Test
    void canWriteConditionally() {
        assertThat(store().capabilities().conditionalPut()).isTrue();
    }

    @Test
    void keepsEachObjectInAFileOfItsName() throws IOException {
        put("blobs/ab/one.zst", "content");
        store().putIfAbsent("understudy.json", bytes("{}"));
        assertThat(root().resolve("blobs/ab/one.zst")).hasContent("content");
        assertThat(root().resolve("understudy.json")).hasContent("{}");
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void aMissingRootIsUnreachableNotEmpty() {
        Path missing = root().resolve("not-mounted");
        Filestore other = in(missing);
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
    @ValueSource(strings = {"rwx------ rwx------", "rwxrwx--- rwxrwx---", "rwxr-xr-x rwxr-x---", "rwxrwxrwx rwxrwx---"})
    void nobodyButOwnerAndGroupMayReadIt(String modes) throws IOException {
        Files.setPosixFilePermissions(root(), PosixFilePermissions.fromString(modes.split(" ")[0]));

        put("blobs/ab/one.zst", "content");
        store().putIfAbsent("manifests/1.json", bytes("{}"));

        for (String name : List.of("blobs", "blobs/ab", "manifests", "~writing")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root().resolve(name))))
                    .as(name)
                    .isEqualTo(modes.split(" ")[1]);
        }
        for (String name : List.of("blobs/ab/one.zst", "manifests/1.json")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root().resolve(name))))
                    .as(name)
                    .isEqualTo("rw-r-----");
        }
    }

    /** Anyone who may write into the folder takes a name with anything: it is not free, and nothing is waited for. */
    @ParameterizedTest
    @ValueSource(strings = {"mkfifo X", "mkdir X", "ln -s /nonexistent X", "ln -s X X", "ln -s /dev/zero X"})
    void whatIsNoFileTakesItsNameAndIsNotRead(String command) throws Exception {
        Path name = Files.createDirectories(root().resolve("epochs")).resolve("00000002.json");
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
            Files.createSymbolicLink(root().resolve("manifests").resolve(link), root().resolve("manifests"));
        }
        assertThat(keys("manifests/", "")).containsExactly("manifests/a");
    }

    @Test
    void passesOverFilesThatAreNotItsOwn() throws IOException {
        put("a", "x");
        Files.writeString(root().resolve("~writing/left-by-a-crash"), "x");
        Files.writeString(root().resolve("name with spaces"), "x");
        Files.createDirectories(root().resolve("lost+found"));
        Files.writeString(root().resolve("lost+found/x"), "x");
        assertThat(keys("", "")).containsExactly("a");
    }

    @Test
    void removesWhatCrashedWritersLeftLongAgo() throws IOException {
        put("a", "x");
        Path stale = Files.writeString(root().resolve("~writing/stale"), "x");
        Path recent = Files.writeString(root().resolve("~writing/recent"), "x");
        Files.setLastModifiedTime(stale, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        Files.setLastModifiedTime(recent, FileTime.from(Instant.now().minus(Duration.ofHours(23))));
        in(root()).put("b", Content.of(bytes("y")));
        assertThat(stale).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void makesFoldersAgainThatAnotherProgramRemoved() throws IOException {
        put("blobs/ab/one", "x");
        Files.delete(root().resolve("blobs/ab/one"));
        Files.delete(root().resolve("blobs/ab"));
        Files.delete(root().resolve("blobs"));
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

    /** Nothing of the repository is in such a folder: anyone who writes there could stop each listing with one. */
    @Test
    void aStrayFolderThatMayNotBeReadHidesNothing() throws IOException {
        assumeFalse(mayDoAnything(), "root may read everywhere");
        put("epochs/00000001.json", "x");
        Path stray = Files.createDirectory(root().resolve("epochs/x"), PosixFilePermissions.asFileAttribute(Set.of()));
        assertThat(keys("epochs/", "")).containsExactly("epochs/00000001.json");
        Files.delete(stray);
    }
}
