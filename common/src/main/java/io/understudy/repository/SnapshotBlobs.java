package io.understudy.repository;

import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All blobs that a snapshot names: those of its manifest, and those that the indexes of its trees name. Blobs that several parts share are
 * visited several times.
 */
public final class SnapshotBlobs {
    private SnapshotBlobs() {}

    /**
     * A blob and what needs it.
     *
     * @param what for messages: {@code table public.person}, {@code tree media}
     */
    public record Part(String what, BlobRef blob) {}

    /** @throws io.understudy.failure.UnderstudyException what {@link TreeIndex#read} throws */
    public static void forEach(Manifest manifest, BlobSource source, Consumer<Part> visitor) {
        ofManifest(manifest, visitor);
        manifest.trees().forEach(tree -> ofTree(tree, source, visitor));
    }

    /** Every blob once, with its stored size. */
    public static KnownBlobs of(Manifest manifest, BlobSource source) {
        KnownBlobs all = KnownBlobs.none();
        forEach(manifest, source, part -> all.add(part.blob()));
        return all;
    }

    /** The blobs that the manifest itself names: the database's and the indexes'. */
    public static void ofManifest(Manifest manifest, Consumer<Part> visitor) {
        visit("pg_dump's archive", manifest.database().archive(), visitor);
        for (DatabaseData.TableData table : manifest.database().tables()) {
            visit(
                    "table " + table.schema() + "." + table.name(),
                    table.content().base(),
                    visitor);
        }
        manifest.trees().forEach(tree -> ofIndex(tree, visitor));
    }

    static void ofIndex(TreeData tree, Consumer<Part> visitor) {
        visit("the index of tree " + tree.name(), tree.index(), visitor);
    }

    /**
     * The blobs of the tree's files, read from its index.
     *
     * @throws io.understudy.failure.UnderstudyException what {@link TreeIndex#read} throws
     */
    public static void ofTree(TreeData tree, BlobSource source, Consumer<Part> visitor) {
        String what = "tree " + tree.name();
        try (Stream<IndexEntry> entries = TreeIndex.read(tree.index(), source)) {
            Iterator<IndexEntry> all = entries.iterator();
            while (all.hasNext()) {
                List<BlobRef> blobs =
                        all.next().content().map(FileContent::blobs).orElse(List.of());
                blobs.forEach(blob -> visitor.accept(new Part(what, blob)));
            }
        }
    }

    private static void visit(String what, StreamRef stream, Consumer<Part> visitor) {
        stream.blobs().forEach(blob -> visitor.accept(new Part(what, blob)));
    }
}
