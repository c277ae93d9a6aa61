package io.understudy.replica.apply;

import io.understudy.files.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A live tree, and the folder that the snapshots are taken of. */
abstract class SwappedTree {
    @TempDir
    Path temp;

    Path source;
    Path live;
    TreeBench bench;

    @BeforeEach
    void makeFolders() throws IOException {
        source = Files.createDirectory(temp.resolve("source"));
        live = Files.createDirectory(temp.resolve("live"));
        bench = bench(TreeKind.FILES);
    }

    TreeBench bench(TreeKind kind, String... exclude) {
        return new TreeBench(temp.resolve("state"), live, kind, exclude);
    }

    static void write(Path root, String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
