package io.understudy.primary.capture.tree;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.Inventory.Line;
import io.understudy.bucket.SortedObjects;
import io.understudy.bucket.SortedObjects.Placed;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.Cancellation;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.Excludes;
import io.understudy.files.FileFailure;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.filestore.SiteBucket.Head;
import io.understudy.primary.capture.tree.ContentReader.Content;
import io.understudy.primary.capture.tree.ObjectReader.Fetched;
import io.understudy.primary.capture.tree.ObjectReader.Read;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.Pack;
import io.understudy.tasks.TaskScope;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the draft of the index of a bucket's tree: listing, base and what the last capture knew side by side, all in
 * one order. Small objects that are new are fetched by several threads, a batch after the other. Not thread-safe; for
 * one draft.
 *
 * <p>More than 300 lines with its imports, for what is known, read and written of an object belongs together.
 */
final class BucketDrafting implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BucketDrafting.class);
    private static final int THREADS = 8;
    private static final int BATCH = 256;
    private static final long BATCH_BYTES = 16L << 20;

    private final TreeSettings tree;
    private final Excludes excludes;
    private final IndexDraft draft;
    private final ObjectReader reader;
    private final Path file;
    private final Optional<Inventory.Reader> known;
    private final TaskScope scope = new TaskScope("read the bucket");
    private final Deque<SafePath> folders = new ArrayDeque<>();
    private long vanished;
    private long written;
    private Instant newest = Instant.EPOCH;

    /** @param file the inventory of the last capture, which that of this one takes the place of */
    BucketDrafting(TreeSettings tree, IndexDraft draft, ObjectReader reader, Path file) {
        this.tree = tree;
        this.excludes = Excludes.of(tree.exclude());
        this.draft = draft;
        this.reader = reader;
        this.file = file;
        this.known = known(file);
    }

    /** Objects that vanished between the listing and their reading. */
    long vanished() {
        return vanished;
    }

    void write(SortedObjects objects, Inventory.Where where) throws IOException {
        draft.write(folder(SafePath.ROOT));
        folders.push(SafePath.ROOT);
        Optional<IndexEntry> before = draft.deferred(Inventory.PATH);
        try (AtomicFiles.Draft fresh = AtomicFiles.draft(file, AtomicFiles.PRIVATE);
                OutputStream inventory = new BufferedOutputStream(fresh.out(), 1 << 16)) {
            Inventory.write(where, inventory);
            for (List<Wanted> batch = batch(objects); !batch.isEmpty(); batch = batch(objects)) {
                Cancellation.check("finish the snapshot");
                Map<SafePath, Optional<Fetched>> fetched = fetch(batch);
                for (Wanted each : batch) {
                    Optional<Line> line = tree.kind() == TreeKind.INVENTORY
                            ? Optional.of(Line.of(each.placed.object()))
                            : object(each, Optional.ofNullable(fetched.remove(each.placed.path())));
                    if (line.isPresent()) {
                        note(line.get());
                        Inventory.write(line.get(), inventory);
                    }
                }
            }
            inventory.flush();
            fresh.commit();
        }
        if (written > 0) {
            storeInventory(before);
        }
    }

    private void note(Line line) {
        written++;
        Instant modified = Instant.parse(line.modified());
        newest = modified.isAfter(newest) ? modified : newest;
    }

    /**
     * An object that is listed.
     *
     * @param line what was known of it, where it has that content still
     */
    private record Wanted(Placed placed, Optional<Line> line) {}

    private List<Wanted> batch(SortedObjects objects) {
        List<Wanted> batch = new ArrayList<>();
        long bytes = 0;
        while (batch.size() < BATCH && bytes < BATCH_BYTES) {
            Optional<Placed> next = objects.next();
            if (next.isEmpty()) {
                break;
            }
            Placed placed = next.get();
            if (isExcluded(placed.path())) {
                continue;
            }
            Wanted wanted = new Wanted(
                    placed,
                    known.flatMap(lines -> lines.find(placed.path()))
                            .filter(line -> line.isContentOf(placed.object())));
            batch.add(wanted);
            bytes += isFetched(wanted) ? placed.object().size() : 0;
        }
        return batch;
    }

    private boolean isExcluded(SafePath path) {
        for (SafePath each = path; !tree.exclude().isEmpty() && !each.isRoot(); each = each.parent()) {
            if (excludes.match(each)) {
                return true;
            }
        }
        return false;
    }

    private boolean isFetched(Wanted wanted) {
        return tree.kind() == TreeKind.BUCKET
                && wanted.placed.object().size() < Pack.SMALL
                && (wanted.line.isEmpty() || !draft.hasBase());
    }

    private Map<SafePath, Optional<Fetched>> fetch(List<Wanted> batch) {
        Map<SafePath, Optional<Fetched>> fetched = new ConcurrentHashMap<>();
        List<Wanted> missing = batch.stream().filter(this::isFetched).toList();
        scope.forEach(
                Math.min(THREADS, Math.max(1, missing.size())),
                missing,
                each -> fetched.put(each.placed.path(), reader.fetch(each.placed.object())));
        return fetched;
    }

    /** @param fetched empty where it was not fetched @return empty where it has vanished */
    private Optional<Line> object(Wanted wanted, Optional<Optional<Fetched>> fetched) throws IOException {
        SafePath path = wanted.placed.path();
        enter(path);
        Optional<IndexEntry> before = draft.base(path);
        if (fetched.isEmpty() && wanted.line.isPresent()) {
            Optional<Line> same = unchanged(wanted, wanted.line.get(), before);
            if (same.isPresent()) {
                return same;
            }
        }
        Optional<Read> read = read(wanted, fetched);
        if (read.isEmpty()) {
            vanished++;
            LOG.info(
                    "\"{}\" vanished before it was read and is left out",
                    wanted.placed.object().key());
            return Optional.empty();
        }
        Line line = Line.of(
                wanted.placed.object(), read.get().head(), read.get().content().hash());
        Attributes attributes = attributes(line);
        FileContent content = draft.place(before, path, attributes, read.get().content());
        reader.release();
        write(path, line, content);
        return Optional.of(line);
    }

    /** Empty where the content is not where it was. */
    private Optional<Line> unchanged(Wanted wanted, Line line, Optional<IndexEntry> before) throws IOException {
        Optional<FileContent> content = draft.stored(before, ContentHash.parse(line.sha256()), line.size());
        if (content.isEmpty()) {
            return Optional.empty();
        }
        Line now = line;
        if (!line.isStateOf(wanted.placed.object())) {
            // Written again with the same content: perhaps to change its headers.
            Optional<Head> head = reader.head(wanted.placed.object());
            if (head.isEmpty() || !head.get().etag().equals(line.etag())) {
                return Optional.empty();
            }
            now = Line.of(wanted.placed.object(), head.get(), ContentHash.parse(line.sha256()));
        }
        write(wanted.placed.path(), now, content.get());
        return Optional.of(now);
    }

    private Optional<Read> read(Wanted wanted, Optional<Optional<Fetched>> fetched) throws IOException {
        if (fetched.isPresent()) {
            Optional<Fetched> found = fetched.get();
            if (found.isEmpty()) {
                return Optional.empty();
            }
            if (found.get().content().isPresent()) {
                return Optional.of(new Read(
                        found.get().head(), reader.read(found.get().content().get(), draft.stats()::passed)));
            }
        }
        return reader.read(wanted.placed.object(), draft.stats()::passed);
    }

    /** Writes the folders that the path lies in, as far as they are new. */
    private void enter(SafePath path) throws IOException {
        while (!path.isBeneath(folders.peek())) {
            folders.pop();
        }
        List<SafePath> missing = new ArrayList<>();
        for (SafePath parent = path.parent(); !parent.equals(folders.peek()); parent = parent.parent()) {
            missing.add(0, parent);
        }
        for (SafePath parent : missing) {
            draft.write(folder(parent));
            folders.push(parent);
        }
    }

    private void write(SafePath path, Line line, FileContent content) throws IOException {
        draft.write(IndexEntry.of(
                new TreeEntry.File(path, attributes(line), line.size(), ContentHash.parse(line.sha256())), content));
    }

    private static IndexEntry folder(SafePath path) {
        return IndexEntry.of(new TreeEntry.Folder(path, new Attributes(0755, Instant.EPOCH, "root", "root")));
    }

    private static Attributes attributes(Line line) {
        return attributes(Instant.parse(line.modified()));
    }

    private static Attributes attributes(Instant modified) {
        return new Attributes(0644, modified, "root", "root");
    }

    private void storeInventory(Optional<IndexEntry> before) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            Content content = reader.read(in, Files.size(file));
            Attributes attributes = attributes(newest);
            FileContent place = draft.place(before, Inventory.PATH, attributes, content);
            reader.release();
            draft.second(
                    IndexEntry.of(
                            new TreeEntry.File(Inventory.PATH, attributes, content.size(), content.hash()), place),
                    before);
        }
    }

    /** One that is damaged counts as none. */
    private static Optional<Inventory.Reader> known(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Inventory.Reader(new BufferedInputStream(Files.newInputStream(file), 1 << 16)));
        } catch (UnderstudyException | UncheckedIOException e) {
            LOG.warn("what the last capture of a bucket knew cannot be read, so all is read: {}", e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    @Override
    public void close() throws IOException {
        scope.close();
        if (known.isPresent()) {
            known.get().close();
        }
    }
}
