package io.understudy.replica.assets;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.Inventory.Line;
import io.understudy.bucket.ObjectPath;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileInput;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The objects of a bucket's tree in a snapshot. Not thread-safe. */
final class TreeObjects {
    /** Packs in memory: files that follow each other lie in one, or go on in the next. */
    private static final int PACKS = 3;

    private final TreeData data;
    private final BlobSource blobs;
    private final Map<BlobRef, byte[]> packs = new LinkedHashMap<>();

    TreeObjects(TreeData data, BlobSource blobs) {
        this.data = data;
        this.blobs = blobs;
    }

    /**
     * An object as the snapshot has it.
     *
     * @param path of its key, whatever lies below it
     */
    record Wanted(SafePath path, IndexEntry entry, Line line) {
        TreeEntry.File file() {
            return (TreeEntry.File) entry.entry();
        }
    }

    /** What no other content has. */
    String id() {
        StreamRef index = data.index();
        List<BlobRef> blobsOfIndex = index.list() == null ? index.direct() : index.listing();
        byte[] names = blobsOfIndex.stream()
                .map(blob -> blob.id().hex())
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.US_ASCII);
        return ContentHash.ofContent(names, 0, names.length).hex();
    }

    /** Plain bytes of all. */
    long bytes() {
        return data.bytes();
    }

    /** Which bucket the snapshot was taken of; empty where it held nothing. */
    Optional<Inventory.Where> where() {
        try (Inventory.Reader lines = inventory()) {
            return lines.where();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines alone; close it. */
    Inventory.Reader inventory() {
        return new Inventory.Reader(
                inventoryEntry().<InputStream>map(this::open).orElseGet(InputStream::nullInputStream));
    }

    private Optional<IndexEntry> inventoryEntry() {
        try (Stream<IndexEntry> index = TreeIndex.read(data.index(), blobs)) {
            return index.limit(2)
                    .filter(entry -> entry.entry().path().equals(Inventory.PATH))
                    .findFirst();
        }
    }

    /** Of a copied tree: each object, in the order of paths. */
    void forEach(java.util.function.Consumer<Iterator<Wanted>> reading) {
        try (Stream<IndexEntry> index = TreeIndex.read(data.index(), blobs);
                Inventory.Reader lines = inventory()) {
            reading.accept(index.filter(entry -> entry.entry() instanceof TreeEntry.File)
                    .filter(entry -> !entry.entry().path().equals(Inventory.PATH))
                    .map(entry -> wanted(entry, lines))
                    .iterator());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Wanted wanted(IndexEntry entry, Inventory.Reader lines) {
        SafePath path = entry.entry().path();
        Line line = lines.find(path)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.MANIFEST_DAMAGED,
                        "cannot read the tree of a bucket: its inventory lacks \"" + path + "\"",
                        "verify the snapshot"));
        return new Wanted(ObjectPath.of(line.key()), entry, line);
    }

    /** The content, compared with its hash while it is read. */
    InputStream open(IndexEntry entry) {
        return FileInput.open(entry, this::pack, blobs);
    }

    private byte[] pack(BlobRef pack) {
        byte[] held = packs.get(pack);
        if (held != null) {
            return held;
        }
        try (InputStream in = blobs.open(pack)) {
            byte[] content = in.readAllBytes();
            if (packs.size() == PACKS) {
                packs.remove(packs.keySet().iterator().next());
            }
            packs.put(pack, content);
            return content;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
