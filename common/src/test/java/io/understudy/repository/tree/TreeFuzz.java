package io.understudy.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.understudy.files.FolderDeletion;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.TreeData;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreeSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The index of a tree. */
public final class TreeFuzz {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String BIG = """
            {"path":".","type":"folder","mode":"0755","mtime":"2026-11-20T11:00:00Z","owner":"o","group":"g"}
            {"path":"big","type":"file","mode":"0644","mtime":"1969-01-01T00:00:00Z","owner":"o","group":"g","size":1000,"sha256":"%1$s","list":{"bytes":10,"blobs":[{"id":"%1$s","bytes":10,"stored":9}]}}
            {"path":"mixed","type":"file","mode":"0644","mtime":"2026-11-20T11:00:00Z","owner":"o","group":"g","size":700,"sha256":"%1$s","pack":{"id":"%1$s","bytes":1024,"stored":900},"more":[{"id":"%2$s","bytes":1024,"stored":800}],"offset":512}
            {"path":"split","type":"file","mode":"0644","mtime":"2026-11-20T11:00:00Z","owner":"o","group":"g","size":1000,"sha256":"%1$s","pack":{"id":"%2$s","bytes":1024,"stored":800},"offset":512,"rest":100,"blobs":[{"id":"%1$s","bytes":900,"stored":800}]}
            {"path64":"/w==","type":"link","mode":"0777","mtime":"2026-11-20T11:00:00.000001Z","owner":"1","group":"2","target64":"/w=="}
            """.formatted("ab".repeat(32), "cd".repeat(32));

    private TreeFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("tree-index", TreeFuzz::index), new Named("tree-line", TreeFuzz::line));
    }

    private static byte[] real() throws IOException {
        Path folder = Files.createTempDirectory("understudy-fuzz");
        try {
            new RandomTree(folder, 5).grow(20);
            MemoryBlobs blobs = new MemoryBlobs();
            TreeData data = TreeSnapshots.index("t", TreeKind.FILES, TreeSnapshots.entries(folder, blobs), blobs);
            return blobs.content(data.index());
        } finally {
            FolderDeletion.delete(folder);
        }
    }

    private static FuzzTarget index() throws IOException {
        List<byte[]> corpus = List.of(real(), BIG.getBytes(StandardCharsets.UTF_8));
        return FuzzTarget.of(Form.JSON, corpus, input -> {
            List<IndexEntry> read = read(input);
            ByteArrayOutputStream again = new ByteArrayOutputStream();
            for (IndexEntry entry : read) {
                TreeIndex.write(entry, again);
            }
            assertThat(read(again.toByteArray())).isEqualTo(read);
            assertOrdered(read);
        });
    }

    private static List<IndexEntry> read(byte[] lines) {
        try (Stream<IndexEntry> entries = TreeIndex.read(new ByteArrayInputStream(lines))) {
            return entries.toList();
        }
    }

    /** Each in its folder, none above or outside of the root, none through a link. */
    private static void assertOrdered(List<IndexEntry> entries) {
        for (IndexEntry entry : entries) {
            String path = new String(entry.entry().path().bytes(), StandardCharsets.ISO_8859_1);
            assertThat(path).doesNotStartWith("/").doesNotContain("\0");
            assertThat(List.of(path.split("/"))).doesNotContain("..");
            assertThat(entry.entry().path().isRoot()
                            || entries.stream()
                                    .anyMatch(other -> other.entry() instanceof TreeEntry.Folder
                                            && other.entry()
                                                    .path()
                                                    .equals(entry.entry().path().parent())))
                    .isTrue();
        }
    }

    /** As a plan of changes holds it. */
    private static FuzzTarget line() throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (byte[] part : List.of(real(), BIG.getBytes(StandardCharsets.UTF_8))) {
            Arrays.stream(new String(part, StandardCharsets.UTF_8).split("\n"))
                    .forEach(line -> lines.add(line.getBytes(StandardCharsets.UTF_8)));
        }
        return FuzzTarget.of(Form.JSON, lines, input -> {
                    IndexEntry read = TreeIndex.fromJson(JSON.readTree(input));
                    assertThat(TreeIndex.fromJson(TreeIndex.toJson(read))).isEqualTo(read);
                })
                .documenting(JsonProcessingException.class);
    }
}
