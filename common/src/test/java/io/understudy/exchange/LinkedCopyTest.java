package io.understudy.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.files.Excludes;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkedCopyTest {
    private static final FileTime OLD = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    Path folder;

    private Path copy;

    @BeforeEach
    void aTree() throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        Files.writeString(photos.resolve("a.jpg"), "before");
        Files.writeString(folder.resolve("cache.tmp"), "not of the site");
        Files.createSymbolicLink(photos.resolve("latest"), Path.of("a.jpg"));
        Files.setPosixFilePermissions(photos, PosixFilePermissions.fromString("rwxr-x---"));
        Files.setLastModifiedTime(photos, OLD);
        copy = folder.resolve(".understudy/kept");
    }

    private void make() {
        LinkedCopy.makeDurable(TreeRoot.of(folder), Excludes.of(List.of("*.tmp")), copy);
    }

    @Test
    void keepsWhatIsReplacedAndDeleted() throws IOException {
        make();
        Files.writeString(folder.resolve("new"), "after");
        Files.move(folder.resolve("new"), folder.resolve("photos/a.jpg"), StandardCopyOption.REPLACE_EXISTING);
        Files.delete(folder.resolve("photos/latest"));

        assertThat(copy.resolve("photos/a.jpg")).hasContent("before");
        assertThat(Files.readSymbolicLink(copy.resolve("photos/latest"))).isEqualTo(Path.of("a.jpg"));
        assertThat(copy.resolve("cache.tmp")).doesNotExist();
        assertThat(copy.resolve(".understudy")).doesNotExist();
    }

    @Test
    void foldersHaveModeAndTimeOfTheirs() throws IOException {
        make();

        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(copy.resolve("photos"), LinkOption.NOFOLLOW_LINKS)))
                .isEqualTo("rwxr-x---");
        assertThat(Files.getLastModifiedTime(copy.resolve("photos"))).isEqualTo(OLD);
    }

    /** As after a kill in the middle. */
    @Test
    void takesThePlaceOfWhatLiesThere() throws IOException {
        make();
        Files.createDirectories(folder.resolve(".understudy/kept.draft/photos"));
        Files.writeString(folder.resolve(".understudy/kept.draft/photos/half"), "half");
        Files.delete(folder.resolve("photos/a.jpg"));

        make();

        assertThat(copy.resolve("photos")).isDirectoryNotContaining(path -> path.endsWith("a.jpg"));
        assertThat(copy.resolve("photos/half")).doesNotExist();
        assertThat(folder.resolve(".understudy/kept.draft")).doesNotExist();
    }

    @Test
    void leavesNoDraftWhereItFails() {
        Path place = folder.resolve(".understudy/kept/1");

        assertThatThrownBy(() -> LinkedCopy.makeDurable(TreeRoot.of(folder), Excludes.of(List.of()), place, () -> {
                    if (Files.exists(place.resolveSibling("1.draft/photos"))) {
                        throw new IllegalStateException("failed");
                    }
                }))
                .hasMessage("failed");

        assertThat(place.getParent()).isEmptyDirectory();
    }
}
