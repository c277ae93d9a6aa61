package io.understudy.primary.capture.tree;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.primary.capture.tree.ContentReader.Content;
import io.understudy.primary.capture.tree.ContentReader.Rest;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.Pack;
import io.understudy.repository.tree.TreeIndex;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The draft of a tree's new index, written entry by entry next to that of the base: what is unchanged, where a content
 * lies already, and which packs are worn. Not thread-safe; for one draft.
 */
final class IndexDraft implements AutoCloseable {
    private final Optional<LocalIndex> local;
    private final Packing packing;
    private final CaptureStats stats;
    private final OutputStream out;
    private final ContentTable contents = new ContentTable();
    private final PackUpkeep upkeep = new PackUpkeep();
    private final Stream<IndexEntry> opened;
    private final Iterator<IndexEntry> base;
    private IndexEntry baseEntry;
    private Optional<IndexEntry> second = Optional.empty();
    private boolean unchanged = true;
    private boolean owed;
    private boolean remembered;

    /** @param local the base's index; empty where there is no base */
    IndexDraft(Optional<LocalIndex> local, Packing packing, CaptureStats stats, OutputStream out) {
        this.local = local;
        this.packing = packing;
        this.stats = stats;
        this.out = out;
        this.opened = baseEntries();
        this.base = opened.iterator();
        advance();
    }

    private Stream<IndexEntry> baseEntries() {
        return local.map(LocalIndex::entries).orElseGet(Stream::empty);
    }

    /** Whether there is a base. */
    boolean hasBase() {
        return local.isPresent();
    }

    CaptureStats stats() {
        return stats;
    }

    /** The base's entry of this path. @param path after every path asked for before */
    Optional<IndexEntry> base(SafePath path) {
        while (baseEntry != null && baseEntry.entry().path().compareTo(path) < 0) {
            unchanged = false;
            advance();
        }
        return Optional.ofNullable(baseEntry)
                .filter(entry -> entry.entry().path().equals(path));
    }

    /** The base's entry of a path whose new one comes with {@link #second}, and no more from {@link #base}. */
    Optional<IndexEntry> deferred(SafePath path) {
        Optional<IndexEntry> entry = base(path);
        if (entry.isPresent()) {
            owed = true;
            advance();
        }
        return entry;
    }

    /** The entry that follows the root, known only at the end. @param before that of the base */
    void second(IndexEntry entry, Optional<IndexEntry> before) {
        owed = false;
        unchanged &= before.equals(Optional.of(entry));
        count(entry);
        second = Optional.of(entry);
    }

    Optional<IndexEntry> second() {
        return second;
    }

    /** Entries must come in order. */
    void write(IndexEntry entry) throws IOException {
        if (base(entry.entry().path()).filter(entry::equals).isPresent()) {
            advance();
        } else {
            unchanged = false;
        }
        count(entry);
        TreeIndex.write(entry, out);
    }

    private void count(IndexEntry entry) {
        long size = entry.entry() instanceof TreeEntry.File file ? file.size() : 0;
        if (!entry.entry().path().isRoot()) {
            stats.entry(size);
        }
        entry.content()
                .ifPresent(content -> content.packed()
                        .filter(packed -> !packing.isStandIn(packed.pack()))
                        .ifPresent(packed ->
                                upkeep.named(packed, size - content.stream().bytes())));
    }

    /** After the last entry: whether the draft is, entry by entry, what the base holds. */
    boolean unchanged() {
        return unchanged && !owed && baseEntry == null;
    }

    /** The packs of the base that should be packed again. */
    Set<BlobId> worn() {
        return upkeep.worn();
    }

    /** Where the base, or this capture, has this content already. @param before the base's entry of its path */
    Optional<FileContent> stored(Optional<IndexEntry> before, ContentHash hash, long size) {
        if (size == 0) {
            return Optional.of(new FileContent.Streamed(StreamRef.of(List.of())));
        }
        if (before.isPresent()
                && before.get().entry() instanceof TreeEntry.File file
                && file.hash().equals(hash)) {
            return before.get().content();
        }
        // Of a larger one only the end may lie in packs.
        return size < Pack.SMALL ? found(hash).map(Function.identity()) : Optional.empty();
    }

    /** Where a content lies that was read, and is stored now if it was not. */
    FileContent place(Optional<IndexEntry> before, SafePath path, Attributes attributes, Content read) {
        return stored(before, read.hash(), read.size()).orElseGet(() -> content(path, attributes, read));
    }

    private FileContent content(SafePath path, Attributes attributes, Content read) {
        if (read.rest().length() == 0) {
            return new FileContent.Streamed(read.stored());
        }
        FileContent.Packed packed = found(read.hash()).orElseGet(() -> pack(path, attributes, read));
        return read.stored().bytes() == 0 ? packed : new FileContent.Split(read.stored(), packed);
    }

    private FileContent.Packed pack(SafePath path, Attributes attributes, Content read) {
        Rest rest = read.rest();
        FileContent.Packed packed = packing.add(path, attributes, rest.buffer(), rest.length());
        contents.add(read.hash(), packed);
        return packed;
    }

    /** The base's contents are only read when there is a file whose content is not where it was. */
    private Optional<FileContent.Packed> found(ContentHash hash) {
        if (!remembered) {
            remembered = true;
            try (Stream<IndexEntry> entries = baseEntries()) {
                entries.forEach(this::remember);
            }
        }
        return contents.find(hash);
    }

    private void remember(IndexEntry entry) {
        if (entry.entry() instanceof TreeEntry.File file) {
            entry.content().orElseThrow().packed().ifPresent(packed -> contents.add(file.hash(), packed));
        }
    }

    private void advance() {
        baseEntry = base.hasNext() ? base.next() : null;
    }

    @Override
    public void close() {
        opened.close();
    }
}
