package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneFileSystemTest {
    @TempDir
    private Path temp;

    private Path media;

    @BeforeEach
    void tree() throws IOException {
        media = Files.createDirectory(temp.toRealPath().resolve("media"));
    }

    /** As the kernel tells of file systems that are mounted at these places. */
    static MountPoints mountedAt(Path... places) {
        String table = Arrays.stream(places)
                .map(place -> "40 22 8:17 / " + place.toString().replace(" ", "\\040") + " rw - ext4 /dev/sdb1 rw\n")
                .collect(Collectors.joining());
        return MountPoints.parse(table.getBytes(StandardCharsets.UTF_8));
    }

    private static TreeSettings tree(Path path, String... exclude) {
        return new TreeSettings("media", TreeKind.FILES, path, List.of(exclude));
    }

    @Test
    void namesTheFirstFolderThatNoLinkLeadsTo() {
        MountPoints mounts = mountedAt(media.resolve("z"), media.resolve("film 2026/a"));
        assertThatThrownBy(() -> OneFileSystem.require(tree(media), mounts))
                .hasMessageContaining(media.resolve("film 2026/a") + " is another file system");
    }

    /** The tree is walked from where its path leads. */
    @Test
    void seesItThroughALinkToTheTree() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), media);
        MountPoints mounts = mountedAt(media.resolve("film"));
        assertThatThrownBy(() -> OneFileSystem.require(tree(link), mounts)).hasMessageContaining("film");
    }

    @Test
    void whatIsMountedAtTheTreeOrNextToItIsNoMatter() {
        MountPoints mounts = mountedAt(Path.of("/"), temp, media, media.resolveSibling("media2"));
        assertThatCode(() -> OneFileSystem.require(tree(media), mounts)).doesNotThrowAnyException();
    }

    @Test
    void whatIsMountedBeneathAnExcludedPathIsNoMatter() {
        MountPoints mounts = mountedAt(media.resolve("film/2026"), media.resolve("cache/a"));
        assertThatCode(() -> OneFileSystem.require(tree(media, "cache/**", "film"), mounts))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> OneFileSystem.require(tree(media, "cache/**"), mounts))
                .hasMessageContaining("film/2026");
    }
}
