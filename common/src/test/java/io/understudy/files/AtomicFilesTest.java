package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.OtherUser;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path temp;

    @Test
    void writesAndReplacesWithExactlyThesePermissions() throws IOException {
        Path file = temp.resolve("file");
        AtomicFiles.write(file, new byte[] {1}, AtomicFiles.READABLE);
        AtomicFiles.write(file, new byte[] {2, 3}, AtomicFiles.PRIVATE);
        assertThat(file).hasBinaryContent(new byte[] {2, 3});
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(AtomicFiles.PRIVATE);
        assertThat(temp).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void anInterruptIsNoFaultOfTheFile() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> AtomicFiles.write(temp.resolve("file"), new byte[] {1}, AtomicFiles.PRIVATE))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void leavesTheOldFileWhenTheNewOneIsNotCommitted() throws IOException {
        Path file = temp.resolve("file");
        AtomicFiles.write(file, new byte[] {1}, AtomicFiles.PRIVATE);
        try (AtomicFiles.Draft draft = AtomicFiles.draft(file, AtomicFiles.PRIVATE)) {
            draft.out().write(9);
        }
        assertThat(file).hasBinaryContent(new byte[] {1});
        assertThat(temp).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void clearsDraftsOfAKilledProcess() throws IOException {
        AtomicFiles.draft(temp.resolve("file"), AtomicFiles.PRIVATE);
        assertThat(temp).isDirectoryContaining("glob:**.tmp");
        AtomicFiles.clearDrafts(temp);
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void movesAndDeletes() throws IOException {
        Path from = Files.createFile(temp.resolve("from"));
        Path to = Files.createFile(temp.resolve("to"));
        AtomicFiles.move(from, to);
        assertThat(from).doesNotExist();
        AtomicFiles.delete(to);
        AtomicFiles.delete(to);
        assertThat(to).doesNotExist();
    }

    @Test
    void makesMissingFoldersOnly() throws IOException {
        Path deep = temp.resolve("a/b/c");
        AtomicFiles.createFolders(deep, AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.createFolders(deep, AtomicFiles.PRIVATE_FOLDER);
        assertThat(Files.getPosixFilePermissions(deep)).isEqualTo(AtomicFiles.PRIVATE_FOLDER);
        Path link = Files.createSymbolicLink(temp.resolve("link"), deep);
        AtomicFiles.createFolders(link, AtomicFiles.PRIVATE_FOLDER);
        Files.createFile(deep.resolve("file"));
        assertThatThrownBy(() -> AtomicFiles.createFolders(deep.resolve("file"), AtomicFiles.PRIVATE_FOLDER))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
    }

    @Test
    void saysWhatFailed() {
        assertThatThrownBy(() -> AtomicFiles.write(temp.resolve("no/folder/file"), new byte[1], AtomicFiles.PRIVATE))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED);
                    assertThat(e).hasMessageContaining("no/folder/file");
                });
    }

    @Test
    void knowsAFullDisk() {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.isWritable(full));
        assertThatThrownBy(() -> {
                    try {
                        Files.write(full, new byte[] {1});
                    } catch (IOException e) {
                        throw FileFailure.of("write", full, e);
                    }
                })
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
    }

    @Test
    void knowsWhatIsDenied() {
        assertThat(FileFailure.of("read", temp, new AccessDeniedException("x")).code())
                .isEqualTo(ErrorCode.FILE_DENIED);
        assertThat(FileFailure.of("read", temp, new FileSystemException("x", null, "Operation not permitted"))
                        .code())
                .isEqualTo(ErrorCode.FILE_DENIED);
        assertThat(FileFailure.of("read", temp, new FileSystemException("x", null, "Read-only file system"))
                        .code())
                .isEqualTo(ErrorCode.FILE_DENIED);
        assertThat(FileFailure.of("read", temp, new IOException("Input/output error")))
                .hasMessageContaining("Input/output error")
                .extracting(UnderstudyException::code)
                .isEqualTo(ErrorCode.FILE_FAILED);
    }

    /** The other user could name a file of root's with it. */
    @Test
    @Tag("slow")
    void ofALinkRootGivesTheLinkAwayNotWhatItNames() throws IOException {
        OtherUser.required();
        Path state = Files.createDirectory(temp.resolve("state"));
        UserPrincipal nobody =
                temp.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        Files.setOwner(state, nobody);
        Path other = Files.createFile(temp.resolve("other"));
        UserPrincipal before = Files.getOwner(other);
        Path link = Files.createSymbolicLink(state.resolve("replica.lock"), other);

        AtomicFiles.giveToOwnerOfFolder(link);

        assertThat(Files.getOwner(other)).isEqualTo(before);
        assertThat(Files.getOwner(link, LinkOption.NOFOLLOW_LINKS)).isEqualTo(nobody);
    }
}
