package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheTest {
    private static final Instant CHANGED = Instant.ofEpochSecond(1_000, 5);
    private static final FileStat STAT = new FileStat(0100644, 1, 42, 0, 0, 5, Instant.ofEpochSecond(-7, 3), CHANGED);
    private static final ContentHash HASH = ContentHash.ofContent(new byte[] {1}, 0, 1);
    private static final SafePath A = SafePath.of("a");
    private static final SafePath B = SafePath.of("b");

    @TempDir
    Path temp;

    private Path file;

    @BeforeEach
    void writeTwo() {
        file = temp.resolve("cache");
        try (FileCache.Writer writer = FileCache.write(file)) {
            writer.add(A, STAT, HASH, CHANGED.plusSeconds(3));
            writer.add(B, STAT, HASH);
            writer.commit();
        }
    }

    @Test
    void remembersAFileThatLooksTheSame() {
        try (FileCache.Reader reader = FileCache.read(file)) {
            assertThat(reader.find(A, STAT)).contains(HASH);
            assertThat(reader.find(SafePath.of("aa"), STAT)).isEmpty();
            assertThat(reader.find(B, STAT)).contains(HASH);
            assertThat(reader.find(SafePath.of("c"), STAT)).isEmpty();
            assertThat(reader.next()).isEmpty();
            assertThat(reader.next()).isEmpty();
        }
    }

    @Test
    void forgetsAFileThatLooksDifferent() {
        Instant later = CHANGED.plusNanos(1);
        for (FileStat other : new FileStat[] {
            new FileStat(0100644, 1, 42, 0, 0, 6, STAT.modified(), CHANGED),
            new FileStat(0100644, 1, 43, 0, 0, 5, STAT.modified(), CHANGED),
            new FileStat(0100644, 1, 42, 0, 0, 5, later, CHANGED),
            new FileStat(0100644, 1, 42, 0, 0, 5, STAT.modified(), later),
        }) {
            try (FileCache.Reader reader = FileCache.read(file)) {
                assertThat(reader.find(A, other)).isEmpty();
            }
        }
    }

    @Test
    void doesNotTrustAFileThatHadJustChangedWhenItWasRead() {
        try (FileCache.Writer writer = FileCache.write(file)) {
            writer.add(A, STAT, HASH, CHANGED.plusSeconds(1));
            writer.add(B, STAT, HASH, CHANGED.minusSeconds(100));
            writer.commit();
        }
        try (FileCache.Reader reader = FileCache.read(file)) {
            assertThat(reader.next()).isEmpty();
        }
    }

    @Test
    void isEmptyWhenAnyByteIsDamaged() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x10;
            Files.write(file, damaged);
            try (FileCache.Reader reader = FileCache.read(file)) {
                assertThat(reader.next()).as("byte %s", i).isEmpty();
            }
        }
    }

    @Test
    void isEmptyWhenTruncatedOrAbsent() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            Files.write(file, java.util.Arrays.copyOf(whole, i));
            try (FileCache.Reader reader = FileCache.read(file)) {
                assertThat(reader.next()).isEmpty();
            }
        }
        Files.delete(file);
        try (FileCache.Reader reader = FileCache.read(file)) {
            assertThat(reader.find(A, STAT)).isEmpty();
        }
    }

    @Test
    void keepsTheOldOneWhenTheNewOneIsNotCommitted() {
        try (FileCache.Writer writer = FileCache.write(file)) {
            writer.add(B, STAT, HASH);
        }
        try (FileCache.Reader reader = FileCache.read(file)) {
            assertThat(reader.find(A, STAT)).contains(HASH);
        }
        assertThat(temp).isDirectoryContaining(path -> path.equals(file)).isDirectoryNotContaining("glob:**.tmp");
    }
}
