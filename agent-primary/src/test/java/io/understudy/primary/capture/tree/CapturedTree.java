package io.understudy.primary.capture.tree;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A tree, and what captures of it say. */
abstract class CapturedTree {
    @TempDir
    Path temp;

    final MemoryBlobs blobs = new MemoryBlobs();
    /** Far enough ahead that no file counts as just changed. */
    Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));

    Path tree;
    List<String> exclude = List.of();

    @BeforeEach
    void makeTree() throws IOException {
        tree = Files.createDirectory(temp.resolve("tree"));
    }

    TreeData capture(Optional<TreeData> base) {
        return new TreeCapture(temp.resolve("state"), clock)
                .capture(settings(), blobs, base, blobs, Progress.none())
                .tree();
    }

    TreeSettings settings() {
        return new TreeSettings("t", TreeKind.FILES, tree, exclude);
    }

    Stream<IndexEntry> entries(TreeData data) {
        return TreeIndex.read(data.index(), blobs);
    }

    List<String> paths(TreeData data) {
        return entries(data).map(e -> e.entry().path().toString()).toList();
    }

    IndexEntry entry(TreeData data, String path) {
        return entries(data)
                .filter(e -> e.entry().path().toString().equals(path))
                .findFirst()
                .orElseThrow();
    }

    FileContent content(TreeData data, String path) {
        return entry(data, path).content().orElseThrow();
    }

    static byte[] random(int size, long seed) {
        byte[] content = new byte[size];
        new Random(seed).nextBytes(content);
        return content;
    }

    void write(String path, String content) throws IOException {
        write(path, content.getBytes(StandardCharsets.UTF_8));
    }

    void write(String path, byte[] content) throws IOException {
        Path file = tree.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }
}
