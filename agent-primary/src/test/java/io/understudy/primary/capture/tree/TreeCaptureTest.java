package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileCache;
import io.understudy.files.FileStat;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.Pack;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeCaptureTest {
    @TempDir
    Path temp;

    private final MemoryBlobs blobs = new MemoryBlobs();
    /** Far enough ahead that no file counts as just changed. */
    private Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));

    private Path tree;
    private List<String> exclude = List.of();

    @BeforeEach
    void makeTree() throws IOException {
        tree = Files.createDirectory(temp.resolve("tree"));
    }

    @Test
    void isCancelledByAnInterrupt() throws IOException {
        write("a", "hello");
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> capture(Optional.empty()))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void writesOneLineForEveryEntryInOrder() throws IOException {
        write("b/x", "hello");
        write("b-a", "hi");
        write("empty", "");
        Files.createDirectory(tree.resolve("a folder"));
        Files.createSymbolicLink(tree.resolve("link"), Path.of("../outside"));

        TreeData data = capture(Optional.empty());

        assertThat(entries(data).map(e -> e.entry().type() + " " + e.entry().path()))
                .containsExactly(
                        "folder .", "folder a folder", "folder b", "file b/x", "file b-a", "file empty", "link link");
        assertThat(data.entries()).isEqualTo(6);
        assertThat(data.bytes()).isEqualTo(7);
    }

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
                        .capture(settings(), blobs, Optional.empty(), blobs, Progress.none()))
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

        assertThat(blobs.added()).as("only the index").isEqualTo(1);
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
    void cutsLargeFilesAndPacksSmallOnes() throws IOException {
        byte[] large = random(20 << 20, 3);
        write("large", large);
        for (int i = 0; i < 20; i++) {
            write("small" + i, random(Pack.SMALL - 1, i));
        }
        TreeData data = capture(Optional.empty());

        FileContent content = entry(data, "large").content().orElseThrow();
        assertThat(content).isInstanceOf(FileContent.Streamed.class);
        assertThat(blobs.content(((FileContent.Streamed) content).stream())).isEqualTo(large);
        assertThat(entries(data)
                        .flatMap(e -> e.content().stream())
                        .filter(FileContent.Packed.class::isInstance)
                        .map(c -> ((FileContent.Packed) c).pack())
                        .distinct())
                .hasSize(2);
    }

    @Test
    void leavesOutWhatIsExcludedAndItsOwnFolder() throws IOException {
        exclude = List.of("cache/**", "**/*.tmp");
        write("cache/x/y", "1");
        write("a/b.tmp", "2");
        write("b.tmp", "3");
        write(".understudy/undo/1", "4");
        write("kept", "5");

        assertThat(paths(capture(Optional.empty()))).containsExactly(".", "a", "cache", "kept");
    }

    @Test
    void refusesAFileThatItMayNotRead() throws IOException {
        write("secret", "1");
        Path denied = tree.resolve("secret");
        Assumptions.assumeFalse(
                Files.isReadable(withoutPermissions(denied)), "the user of this test may read everything");
        assertThatThrownBy(() -> capture(Optional.empty())).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.FILE_DENIED);
            assertThat(e).hasMessageContaining("secret");
        });
    }

    @Test
    void leavesOutPipes() throws Exception {
        write("kept", "5");
        new ProcessBuilder("mkfifo", tree.resolve("pipe").toString()).start().waitFor();
        assertThat(tree.resolve("pipe")).exists();
        assertThat(paths(capture(Optional.empty()))).containsExactly(".", "kept");
    }

    @Test
    void refusesATreeThatIsNotThere() throws IOException {
        Files.delete(tree);
        assertThatThrownBy(() -> capture(Optional.empty()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
    }

    @Test
    void packsTheLivingAnewWhenLessThanHalfOfAPackIsNamed() throws IOException {
        for (int i = 0; i < 10; i++) {
            write("f" + i, random(10_000, i));
        }
        TreeData first = capture(Optional.empty());
        for (int i = 0; i < 4; i++) {
            Files.delete(tree.resolve("f" + i));
        }
        TreeData second = capture(Optional.of(first));
        assertThat(content(second, "f9")).isEqualTo(content(first, "f9"));
        for (int i = 4; i < 7; i++) {
            Files.delete(tree.resolve("f" + i));
        }

        TreeData third = capture(Optional.of(second));

        assertThat(content(third, "f9")).isNotEqualTo(content(second, "f9"));
        assertThat(packed(third, "f8")).isEqualTo(random(10_000, 8));
        blobs.added();
        assertThat(capture(Optional.of(third))).isEqualTo(third);
        assertThat(blobs.added()).isZero();
    }

    @Test
    void gathersManySmallPacks() throws IOException {
        Optional<TreeData> last = Optional.empty();
        for (int i = 0; i < 70; i++) {
            write("f" + i, random(100, i));
            last = Optional.of(capture(last));
        }
        assertThat(entries(last.orElseThrow())
                        .flatMap(e -> e.content().stream())
                        .distinct()
                        .map(c -> ((FileContent.Packed) c).pack())
                        .distinct()
                        .count())
                .isLessThan(40);
        for (int i = 0; i < 70; i++) {
            assertThat(packed(last.orElseThrow(), "f" + i)).isEqualTo(random(100, i));
        }
    }

    @Test
    void capturesAnewWhenTheBaseIsDamaged() throws IOException {
        write("f", "hello");
        TreeData first = capture(Optional.empty());
        Files.delete(temp.resolve("state/capture/t.index"));
        first.index().blobs().forEach(blob -> blobs.remove(blob.id()));

        assertThat(capture(Optional.of(first))).isEqualTo(first);
    }

    @Test
    void takesWhatWasReadOfAFileThatNeverStandsStill() throws IOException {
        Path log = tree.resolve("log");
        write("log", random(2 << 20, 5));
        Progress appending = (step, done, total) -> append(log);

        TreeData data = new TreeCapture(temp.resolve("state"), clock)
                .capture(settings(), blobs, Optional.empty(), blobs, appending);

        TreeEntry.File file = (TreeEntry.File) entry(data, "log").entry();
        FileContent.Streamed content =
                (FileContent.Streamed) entry(data, "log").content().orElseThrow();
        byte[] taken = blobs.content(content.stream());
        assertThat(file.size()).isEqualTo(taken.length);
        assertThat(Files.readAllBytes(log)).startsWith(taken);
    }

    @Test
    void leavesOutAFileThatVanishes() throws IOException {
        write("a", random(2 << 20, 5));
        write("b", random(2 << 20, 6));
        Progress deleting = (step, done, total) -> {
            try {
                Files.deleteIfExists(tree.resolve("b"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        TreeData data = new TreeCapture(temp.resolve("state"), clock)
                .capture(settings(), blobs, Optional.empty(), blobs, deleting);
        assertThat(paths(data)).containsExactly(".", "a");
    }

    private static void append(Path log) {
        try {
            Files.write(log, new byte[] {1}, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path withoutPermissions(Path file) throws IOException {
        Files.setAttribute(file, "unix:mode", 0);
        return file;
    }

    /** Other content under the same size, times and inode: only ctime tells, so the cache is made to believe it. */
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

    private TreeData capture(Optional<TreeData> base) {
        return new TreeCapture(temp.resolve("state"), clock).capture(settings(), blobs, base, blobs, Progress.none());
    }

    private TreeSettings settings() {
        return new TreeSettings("t", TreeKind.FILES, tree, exclude);
    }

    private Stream<IndexEntry> entries(TreeData data) {
        return TreeIndex.read(data.index(), blobs);
    }

    private List<String> paths(TreeData data) {
        return entries(data).map(e -> e.entry().path().toString()).toList();
    }

    private IndexEntry entry(TreeData data, String path) {
        return entries(data)
                .filter(e -> e.entry().path().toString().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private FileContent content(TreeData data, String path) {
        return entry(data, path).content().orElseThrow();
    }

    private byte[] packed(TreeData data, String path) throws IOException {
        FileContent.Packed packed = (FileContent.Packed) content(data, path);
        try (InputStream in = blobs.open(packed.pack())) {
            in.skipNBytes(packed.offset());
            return in.readNBytes((int) ((TreeEntry.File) entry(data, path).entry()).size());
        }
    }

    private static byte[] random(int size, long seed) {
        byte[] content = new byte[size];
        new Random(seed).nextBytes(content);
        return content;
    }

    private void write(String path, String content) throws IOException {
        write(path, content.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String path, byte[] content) throws IOException {
        Path file = tree.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }
}
