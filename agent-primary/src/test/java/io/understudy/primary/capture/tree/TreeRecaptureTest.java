package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.FileCache;
import io.understudy.files.FileStat;
import io.understudy.files.TreeEntry;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an earlier capture spares the next one. */
class TreeRecaptureTest extends CapturedTree {
    @Test
    void storesNothingForAnUnchangedTree() throws IOException {
        write("small", "hello");
        write("large", random(3 << 20, 1));
        TreeData first = capture(Optional.empty());
        blobs.added();

        TreeData second = capture(Optional.of(first));

        assertThat(second).isEqualTo(first);
        assertThat(blobs.added()).isZero();
    }

    @Test
    void doesNotReadAFileThatDidNotChange() throws IOException {
        write("small", "hello");
        TreeData first = capture(Optional.empty());
        forge("small", "HELLO");

        assertThat(capture(Optional.of(first))).isEqualTo(first);
    }

    @Test
    void readsAFileAgainThatHadJustBeenChangedWhenItWasRead() throws IOException {
        clock = Clock.systemUTC();
        write("small", "hello");
        TreeData first = capture(Optional.empty());
        forge("small", "HELLO");

        assertThat(capture(Optional.of(first))).isNotEqualTo(first);
    }

    @Test
    void readsEverythingAgainWhenTheCachesAreDamagedOrGone() throws IOException {
        write("a", "hello");
        write("b", random(2 << 20, 2));
        TreeData first = capture(Optional.empty());
        for (String name : List.of("t.files", "t.index", "t.index.json")) {
            Path file = temp.resolve("state/capture").resolve(name);
            byte[] content = Files.readAllBytes(file);
            content[content.length / 2] ^= 1;
            Files.write(file, content);
            assertThat(capture(Optional.of(first))).isEqualTo(first);
            Files.delete(file);
            assertThat(capture(Optional.of(first))).isEqualTo(first);
        }
    }

    @Test
    void givesTheSameIndexWithoutABaseAndWithoutCaches() throws IOException {
        for (int i = 0; i < 50; i++) {
            write("d" + i % 5 + "/f" + i, random(1000 * i, i));
        }
        TreeData first = capture(Optional.empty());
        blobs.added();

        assertThat(new TreeCapture(temp.resolve("elsewhere"), clock)
                        .capture(settings(), blobs, Optional.empty(), blobs, Progress.none())
                        .tree())
                .isEqualTo(first);
        assertThat(blobs.added()).isZero();
    }

    @Test
    void doesNotStoreAMovedOrCopiedFileAgain() throws IOException {
        write("a/small", "hello");
        TreeData first = capture(Optional.empty());
        blobs.added();
        Files.move(tree.resolve("a/small"), tree.resolve("moved"));
        Files.copy(tree.resolve("moved"), tree.resolve("copied"));

        TreeData second = capture(Optional.of(first));

        assertThat(blobs.added()).as("the index and its references").isEqualTo(2);
        assertThat(content(second, "moved")).isEqualTo(content(first, "a/small"));
        assertThat(content(second, "copied")).isEqualTo(content(first, "a/small"));
    }

    @Test
    void noticesChangedAttributesWithoutStoringContent() throws IOException {
        write("f", "hello");
        TreeData first = capture(Optional.empty());
        Files.setAttribute(tree.resolve("f"), "unix:mode", 0750);
        Files.setLastModifiedTime(tree.resolve("f"), FileTime.from(Instant.ofEpochSecond(77, 123456789)));

        TreeData second = capture(Optional.of(first));

        TreeEntry entry = entry(second, "f").entry();
        assertThat(entry.attributes().mode()).isEqualTo(0750);
        assertThat(entry.attributes().modified()).isEqualTo(Instant.ofEpochSecond(77, 123456789));
        assertThat(content(second, "f")).isEqualTo(content(first, "f"));
    }

    @Test
    void capturesAnewWhenTheBaseIsDamaged() throws IOException {
        write("f", "hello");
        TreeData first = capture(Optional.empty());
        Files.delete(temp.resolve("state/capture/t.index"));
        first.index().direct().forEach(blob -> blobs.remove(blob.id()));

        assertThat(capture(Optional.of(first))).isEqualTo(first);
    }

    /**
     * Other content under the same size, times and inode: only ctime shows it, so the cache is changed to accept it.
     */
    private void forge(String name, String content) throws IOException {
        Path file = tree.resolve(name);
        FileStat before = FileStat.of(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        }
        Files.setLastModifiedTime(file, FileTime.from(before.modified()));
        Path cache = temp.resolve("state/capture/t.files");
        FileStat after = FileStat.of(file);
        Optional<FileCache.Known> known;
        try (FileCache.Reader reader = FileCache.read(cache)) {
            known = reader.next();
        }
        try (FileCache.Writer writer = FileCache.write(cache)) {
            known.ifPresent(k -> writer.add(k.path(), after, k.hash()));
            writer.commit();
        }
    }
}
