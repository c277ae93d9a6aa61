package io.understudy.primary.capture.tree;

import io.understudy.failure.Cancellation;
import io.understudy.files.Accounts;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.FileCache;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.LinkTarget;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import io.understudy.primary.capture.tree.StableFileReader.Reading;
import io.understudy.primary.capture.tree.StableFileReader.Rest;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.Pack;
import io.understudy.repository.tree.TreeIndex;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the draft of a tree's new index: walk, base and cache side by side, all in one order. Not thread-safe; for one
 * draft.
 */
final class TreeIndexBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(TreeIndexBuilder.class);
    /** Sockets, pipes and devices that the log names. */
    private static final int MOST_LEFT_OUT = 1_000;

    private final Optional<LocalIndex> local;
    private final Packing packing;
    private final CaptureStats stats;
    private final FileCache.Reader known;
    private final FileCache.Writer fresh;
    private final StableFileReader reader;
    private final TreeSignature signature;
    private final Set<Path> leftOut;
    private final Accounts accounts = new Accounts();
    private final ContentTable contents = new ContentTable();
    private final PackUpkeep upkeep = new PackUpkeep();
    private Iterator<IndexEntry> base = Collections.emptyIterator();
    private IndexEntry baseEntry;
    private boolean unchanged = true;
    private boolean remembered;

    /**
     * @param local the base's index; empty where there is no base
     * @param known of the files as they were
     * @param fresh receives what is known of them now
     * @param signature receives all that the walk finds
     * @param leftOut what the log said already to be no content; receives more
     */
    TreeIndexBuilder(
            Optional<LocalIndex> local,
            Packing packing,
            CaptureStats stats,
            FileCache.Reader known,
            FileCache.Writer fresh,
            StableFileReader reader,
            TreeSignature signature,
            Set<Path> leftOut) {
        this.local = local;
        this.packing = packing;
        this.stats = stats;
        this.known = known;
        this.fresh = fresh;
        this.reader = reader;
        this.signature = signature;
        this.leftOut = leftOut;
    }

    void draft(TreeWalker walker, OutputStream out) throws IOException {
        try (Stream<IndexEntry> entries = baseEntries()) {
            base = entries.iterator();
            advance();
            write(walker, out);
        }
    }

    private Stream<IndexEntry> baseEntries() {
        return local.map(LocalIndex::entries).orElseGet(Stream::empty);
    }

    /** Whether the draft is, entry by entry, what the base holds. */
    boolean unchanged() {
        return unchanged;
    }

    /** The packs of the base that should be packed again. */
    Set<BlobId> worn() {
        return upkeep.worn();
    }

    private void remember(IndexEntry entry) {
        if (entry.entry() instanceof TreeEntry.File file) {
            entry.content().orElseThrow().packed().ifPresent(packed -> contents.add(file.hash(), packed));
        }
    }

    private void write(TreeWalker walker, OutputStream out) throws IOException {
        for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
            Cancellation.check("finish the snapshot");
            signature.add(found.get());
            Optional<IndexEntry> entry = entry(found.get());
            if (entry.isPresent()) {
                note(entry.get());
                TreeIndex.write(entry.get(), out);
            }
        }
        unchanged &= baseEntry == null;
    }

    private void note(IndexEntry entry) {
        if (baseEntry != null && baseEntry.equals(entry)) {
            advance();
        } else {
            unchanged = false;
        }
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

    private Optional<IndexEntry> entry(Found found) {
        while (baseEntry != null && baseEntry.entry().path().compareTo(found.path()) < 0) {
            unchanged = false;
            advance();
        }
        try {
            return switch (found.stat().type()) {
                case FOLDER ->
                    Optional.of(IndexEntry.of(new TreeEntry.Folder(found.path(), attributes(found, found.stat()))));
                case LINK ->
                    Optional.of(IndexEntry.of(new TreeEntry.Link(
                            found.path(), attributes(found, found.stat()), LinkTarget.read(found.location()))));
                case FILE -> file(found);
                case SPECIAL -> special(found);
            };
        } catch (NoSuchFileException | NotLinkException e) {
            LOG.info("{} vanished while it was looked at and is left out", found.path());
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", found.location(), e);
        }
    }

    private Optional<IndexEntry> special(Found found) {
        // Sockets may have a new name each time.
        if (leftOut.size() < MOST_LEFT_OUT && leftOut.add(found.location())) {
            LOG.warn("{} is a socket, a pipe or a device and is left out", found.path());
        }
        return Optional.empty();
    }

    private Optional<IndexEntry> file(Found found) throws IOException {
        FileStat stat = found.stat();
        Optional<ContentHash> hash = known.find(found.path(), stat);
        Optional<FileContent> content = hash.flatMap(h -> stored(found, h, stat.size()));
        if (content.isPresent()) {
            fresh.add(found.path(), stat, hash.get());
            return Optional.of(IndexEntry.of(
                    new TreeEntry.File(found.path(), attributes(found, stat), stat.size(), hash.get()), content.get()));
        }
        Optional<Reading> reading = reader.read(found, stats::passed);
        return reading.isPresent() ? Optional.of(read(found, reading.get())) : Optional.empty();
    }

    private IndexEntry read(Found found, Reading reading) throws IOException {
        Attributes attributes = attributes(found, reading.stat());
        FileContent content =
                stored(found, reading.hash(), reading.size()).orElseGet(() -> content(found, attributes, reading));
        reader.release();
        if (reading.steady()) {
            fresh.add(found.path(), reading.stat(), reading.hash(), reading.began());
        }
        return IndexEntry.of(new TreeEntry.File(found.path(), attributes, reading.size(), reading.hash()), content);
    }

    private FileContent content(Found found, Attributes attributes, Reading reading) {
        if (reading.rest().length() == 0) {
            return new FileContent.Streamed(reading.stored());
        }
        FileContent.Packed packed = found(reading.hash()).orElseGet(() -> pack(found, attributes, reading));
        return reading.stored().bytes() == 0 ? packed : new FileContent.Split(reading.stored(), packed);
    }

    private FileContent.Packed pack(Found found, Attributes attributes, Reading reading) {
        Rest rest = reading.rest();
        FileContent.Packed packed = packing.add(found.path(), attributes, rest.buffer(), rest.length());
        contents.add(reading.hash(), packed);
        return packed;
    }

    /** Where the base, or this capture, has this content already. */
    private Optional<FileContent> stored(Found found, ContentHash hash, long size) {
        if (size == 0) {
            return Optional.of(new FileContent.Streamed(StreamRef.of(List.of())));
        }
        if (baseEntry != null
                && baseEntry.entry().path().equals(found.path())
                && baseEntry.entry() instanceof TreeEntry.File file
                && file.hash().equals(hash)) {
            return baseEntry.content();
        }
        // Of a larger one only the end may lie in packs.
        return size < Pack.SMALL ? found(hash).map(Function.identity()) : Optional.empty();
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

    private Attributes attributes(Found found, FileStat stat) throws IOException {
        return Attributes.of(stat, found.location(), accounts);
    }

    private void advance() {
        baseEntry = base.hasNext() ? base.next() : null;
    }
}
