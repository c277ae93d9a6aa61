package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealPathTest {
    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void theFolderItself() throws IOException {
        folder = temporary.toRealPath();
    }

    @Test
    void linksAreResolvedOfWhatExists() throws IOException {
        Path there = Files.createDirectory(folder.resolve("there"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), there);

        assertThat(RealPath.of(link)).isEqualTo(there);
        assertThat(RealPath.of(link.resolve("not/yet"))).isEqualTo(there.resolve("not/yet"));
        assertThat(RealPath.of(folder)).isEqualTo(folder);
        assertThat(RealPath.of(Path.of("/"))).isEqualTo(Path.of("/"));
    }

    @Test
    void aLinkThatLeadsNowhereStays() throws IOException {
        Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("gone"));
        Path around = Files.createSymbolicLink(folder.resolve("around"), folder.resolve("around"));

        assertThat(RealPath.of(nowhere.resolve("a"))).isEqualTo(nowhere.resolve("a"));
        assertThat(RealPath.of(around)).isEqualTo(around);
    }

    /** Once a stack overflow, and half a gigabyte of memory. */
    @Test
    void aPathMayHaveThousandsOfParents() throws IOException {
        Path deep = Path.of(folder + "/a".repeat(20_000));

        assertThat(RealPath.of(deep)).isEqualTo(deep);
    }
}
