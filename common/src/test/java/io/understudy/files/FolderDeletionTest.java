package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDeletionTest {
    @TempDir
    private Path home;

    @Test
    void deletesAllThatAFolderHoldsAndNothingThatLinksLeadTo() throws IOException {
        Path kept = Files.createDirectory(home.resolve("kept"));
        Files.writeString(kept.resolve("file"), "x");
        Path folder = Files.createDirectories(home.resolve("folder/a/b")).getParent();
        Files.writeString(folder.resolve("file"), "x");
        Files.createSymbolicLink(folder.resolve("link"), kept);
        Files.createSymbolicLink(folder.resolve("broken"), home.resolve("nowhere"));

        FolderDeletion.delete(home.resolve("folder"));

        assertThat(home).isDirectoryContaining(kept::equals);
        assertThat(home.resolve("folder")).doesNotExist();
        assertThat(kept.resolve("file")).hasContent("x");
    }

    @Test
    void deletesALinkAndNotWhatItLeadsTo() throws IOException {
        Path kept = Files.createDirectory(home.resolve("kept"));
        Path link = Files.createSymbolicLink(home.resolve("link"), kept);
        Path broken = Files.createSymbolicLink(home.resolve("broken"), home.resolve("nowhere"));

        FolderDeletion.delete(link);
        FolderDeletion.delete(broken);

        try (var left = Files.list(home)) {
            assertThat(left).containsExactly(kept);
        }
    }

    @Test
    void whatIsNotThereIsLeftAlone() {
        FolderDeletion.delete(home.resolve("nothing"));
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void foldersWithoutAWritePermissionGoToo() throws IOException {
        Path folder = Files.createDirectories(home.resolve("folder/closed"));
        Files.writeString(folder.resolve("file"), "x");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-x------"));

        FolderDeletion.delete(home.resolve("folder"));

        assertThat(home).isEmptyDirectory();
    }

    @Test
    void whatCannotBeDeletedIsReported() {
        assertThatThrownBy(() -> FolderDeletion.delete(Path.of("/proc/version")))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.code()).isIn(ErrorCode.FILE_DENIED, ErrorCode.FILE_FAILED))
                .hasMessageContaining("cannot delete /proc/version");
    }
}
