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
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the draft of the new index of a tree on disk: walk, base and cache side by side, all in one order. Not
 * thread-safe; for one draft.
 */
final class TreeIndexBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(TreeIndexBuilder.class);
    /** Sockets, pipes and devices that the log names. */
    private static final int MOST_LEFT_OUT = 1_000;

    private final IndexDraft draft;
    private final FileCache.Reader known;
    private final FileCache.Writer fresh;
    private final StableFileReader reader;
    private final TreeSignature signature;
    private final Set<Path> leftOut;
    private final Accounts accounts = new Accounts();

    /**
     * @param known of the files as they were
     * @param fresh receives what is known of them now
     * @param signature receives all that the walk finds
     * @param leftOut what the log said already to be no content; receives more
     */
    TreeIndexBuilder(
            IndexDraft draft,
            FileCache.Reader known,
            FileCache.Writer fresh,
            StableFileReader reader,
            TreeSignature signature,
            Set<Path> leftOut) {
        this.draft = draft;
        this.known = known;
        this.fresh = fresh;
        this.reader = reader;
        this.signature = signature;
        this.leftOut = leftOut;
    }

    /** Where a walk stands, and what may be done there. */
    record Walk(Found found, TreeWalker walker) {
        /** Does not enter the folder. */
        void skip() {
            walker.skip();
        }
    }

    /** Decides of each thing that a walk finds whether it is taken. */
    interface Choice {
        boolean takes(Walk walk) throws IOException;
    }

    void draft(TreeWalker walker) throws IOException {
        draft(walker, walk -> true);
    }

    void draft(TreeWalker walker, Choice choice) throws IOException {
        for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
            Cancellation.check("finish the snapshot");
            signature.add(found.get());
            Optional<IndexEntry> entry =
                    choice.takes(new Walk(found.get(), walker)) ? entry(found.get()) : Optional.empty();
            if (entry.isPresent()) {
                draft.write(entry.get());
            }
        }
    }

    private Optional<IndexEntry> entry(Found found) {
        Optional<IndexEntry> before = draft.base(found.path());
        try {
            return switch (found.stat().type()) {
                case FOLDER ->
                    Optional.of(IndexEntry.of(new TreeEntry.Folder(found.path(), attributes(found, found.stat()))));
                case LINK ->
                    Optional.of(IndexEntry.of(new TreeEntry.Link(
                            found.path(), attributes(found, found.stat()), LinkTarget.read(found.location()))));
                case FILE -> file(found, before);
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

    private Optional<IndexEntry> file(Found found, Optional<IndexEntry> before) throws IOException {
        FileStat stat = found.stat();
        Optional<ContentHash> hash = known.find(found.path(), stat);
        Optional<FileContent> content = hash.flatMap(h -> draft.stored(before, h, stat.size()));
        if (content.isPresent()) {
            fresh.add(found.path(), stat, hash.get());
            return Optional.of(IndexEntry.of(
                    new TreeEntry.File(found.path(), attributes(found, stat), stat.size(), hash.get()), content.get()));
        }
        Optional<Reading> reading = reader.read(found, draft.stats()::passed);
        return reading.isPresent() ? Optional.of(read(found, before, reading.get())) : Optional.empty();
    }

    private IndexEntry read(Found found, Optional<IndexEntry> before, Reading reading) throws IOException {
        Attributes attributes = attributes(found, reading.stat());
        FileContent content = draft.place(before, found.path(), attributes, reading.content());
        reader.release();
        if (reading.steady()) {
            fresh.add(found.path(), reading.stat(), reading.hash(), reading.began());
        }
        return IndexEntry.of(new TreeEntry.File(found.path(), attributes, reading.size(), reading.hash()), content);
    }

    private Attributes attributes(Found found, FileStat stat) throws IOException {
        return Attributes.of(stat, found.location(), accounts);
    }
}
