package io.understudy.exchange;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Attributes;
import io.understudy.files.FileStat;
import io.understudy.files.LinkTarget;
import io.understudy.files.RawPaths;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.restore.AttributeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what must change to make a tree on disk what an index says: the walk and the index side by side, in one order.
 * Holds the folders it is in. What is excluded, special or mounted is never planned to be touched, nor what lies
 * outside of the scope, but for what stands where a folder has to be. Not thread-safe; for one plan.
 */
public final class TreePlanner {
    private static final Logger LOG = LoggerFactory.getLogger(TreePlanner.class);
    private static final int LONGEST_PATH = 4095;

    private final TreeRoot root;
    private final Scope scope;
    private final TreeWalker walker;
    private final ProtectedPaths protection;
    private final ContentComparer comparison;
    private final AttributeWriter attributeWriter;
    private final Plan.Writer plan;
    private final Path staged;
    private final int rootLength;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private long freshBytes;
    private long freshEntries;

    public TreePlanner(
            TreeRoot root,
            Scope scope,
            TreeWalker walker,
            ProtectedPaths protection,
            ContentComparer comparison,
            AttributeWriter attributeWriter,
            Plan.Writer plan,
            Path staged) {
        this.root = root;
        this.scope = scope;
        this.walker = walker;
        this.protection = protection;
        this.comparison = comparison;
        this.attributeWriter = attributeWriter;
        this.plan = plan;
        this.staged = staged;
        this.rootLength = RawPaths.bytes(root.folder()).length + 1;
    }

    /**
     * @throws UnderstudyException {@code FILE_UNSUPPORTED} naming what this tree can't take, or what walk and index
     *     throw
     */
    public void plan(Iterable<IndexEntry> index) throws IOException {
        Optional<Found> found = walker.next();
        boolean empty = true;
        for (IndexEntry entry : index) {
            SafePath path = entry.entry().path();
            empty = false;
            if (path.length() + rootLength > LONGEST_PATH) {
                throw unsupported(path, "with this root its path is too long", "choose a shorter root");
            }
            while (found.isPresent() && found.get().path().compareTo(path) < 0) {
                surplus(found.get());
                found = walker.next();
            }
            closeUntil(path);
            if (found.isPresent() && found.get().path().equals(path)) {
                both(found.get(), entry);
                found = walker.next();
            } else {
                put(entry);
            }
        }
        if (empty) {
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot stage " + root + ": its index is empty, not even the root is in it",
                    "verify the snapshot");
        }
        for (; found.isPresent(); found = walker.next()) {
            surplus(found.get());
        }
        while (!frames.isEmpty()) {
            close(frames.pop());
        }
    }

    /** Plain bytes of the files that are not staged yet. */
    public long freshBytes() {
        return freshBytes;
    }

    /** Files, folders and links that are not staged yet. */
    public long freshEntries() {
        return freshEntries;
    }

    private void surplus(Found found) throws IOException {
        closeUntil(found.path());
        if (found.is(FileStat.Type.SPECIAL)) {
            return;
        }
        boolean isFolder = found.is(FileStat.Type.FOLDER);
        if (!scope.removesSurplus()) {
            if (isFolder) {
                walker.skip();
            }
        } else if (!scope.covers(found.path())) {
            if (isFolder) {
                keep(found);
            }
        } else if (!isFolder) {
            remove(found);
        } else if (protection.isMounted(found)) {
            LOG.warn("{} is not in the snapshot, but a file system is mounted there: it is kept", found.path());
            walker.skip();
        } else if (protection.holdsProtected(found)) {
            LOG.info("{} is not in the snapshot, but contains protected entries: it is kept", found.path());
            keep(found);
        } else {
            walker.skip();
            remove(found);
        }
    }

    /** The folder stays as it is; what it holds is looked at. */
    private void keep(Found found) throws IOException {
        Attributes now = attributeWriter.read(found.location(), found.stat());
        boolean mounted = !found.path().isRoot() && protection.isMounted(found);
        frames.push(new Frame(new TreeEntry.Folder(found.path(), now), Optional.of(now), mounted || isForeign()));
    }

    private void remove(Found found) throws IOException {
        touch(found.path());
        plan.add(new Change.Remove(found.path()));
    }

    private void both(Found found, IndexEntry entry) throws IOException {
        TreeEntry wanted = entry.entry();
        if (found.is(FileStat.Type.FOLDER) && !scope.covers(found.path())) {
            keep(found);
            return;
        }
        Attributes now = attributeWriter.read(found.location(), found.stat());
        if (wanted instanceof TreeEntry.Folder folder && found.is(FileStat.Type.FOLDER)) {
            boolean mounted = !found.path().isRoot() && protection.isMounted(found);
            frames.push(new Frame(folder, Optional.of(now), mounted || isForeign()));
        } else if (sameContent(found, wanted)) {
            if (!attributeWriter.fits(now, wanted.attributes())) {
                refuseForeign(found.path());
                plan.add(new Change.SetAttributes(wanted, Optional.of(now)));
            }
        } else {
            replace(found, entry);
        }
    }

    private boolean sameContent(Found found, TreeEntry wanted) throws IOException {
        if (wanted instanceof TreeEntry.Link link) {
            return found.is(FileStat.Type.LINK)
                    && LinkTarget.read(found.location()).sameAs(link.target());
        }
        return wanted instanceof TreeEntry.File file && found.is(FileStat.Type.FILE) && comparison.same(found, file);
    }

    private void replace(Found found, IndexEntry entry) throws IOException {
        if (found.is(FileStat.Type.FOLDER)) {
            if (protection.isMounted(found) || protection.holdsProtected(found)) {
                throw unsupported(
                        found.path(),
                        "it is a " + entry.entry().type()
                                + " in the snapshot, but here a folder that holds what is excluded, special or mounted",
                        "move that folder away on this server");
            }
            walker.skip();
        }
        put(entry);
    }

    private void put(IndexEntry entry) throws IOException {
        SafePath path = entry.entry().path();
        touch(path);
        plan.add(new Change.Put(entry));
        if (entry.entry() instanceof TreeEntry.Folder folder) {
            Frame frame = new Frame(folder, Optional.empty(), false);
            frame.touched = true;
            frames.push(frame);
        }
        if (!isStaged(entry.entry())) {
            freshEntries++;
            freshBytes += entry.entry() instanceof TreeEntry.File file ? file.size() : 0;
        }
    }

    /** What is staged for another snapshot may be another content; until that is replaced both lie there. */
    private boolean isStaged(TreeEntry entry) throws IOException {
        Path place = staged.resolve(Change.nameOf(entry.path()));
        if (!(entry instanceof TreeEntry.File file)) {
            return Files.exists(place, LinkOption.NOFOLLOW_LINKS);
        }
        try {
            FileStat stat = FileStat.of(place);
            return stat.size() == file.size()
                    && stat.modified().equals(file.attributes().modified());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void touch(SafePath path) {
        refuseForeign(path);
        if (frames.isEmpty()) {
            throw new IllegalStateException("the root is always there: " + root);
        }
        frames.peek().touched = true;
    }

    private boolean isForeign() {
        return !frames.isEmpty() && frames.peek().foreign;
    }

    private void refuseForeign(SafePath path) {
        if (isForeign()) {
            throw unsupported(
                    path,
                    "it must change, and lies in another file system that is mounted inside of the tree",
                    "make the mounted folder a tree of its own, and exclude it from this one");
        }
    }

    private void closeUntil(SafePath path) throws IOException {
        while (!frames.isEmpty() && !path.isBeneath(frames.peek().wanted.path())) {
            close(frames.pop());
        }
    }

    private void close(Frame frame) throws IOException {
        boolean differs = frame.was.isPresent() && !attributeWriter.fits(frame.was.get(), frame.wanted.attributes());
        if (frame.touched || differs) {
            plan.add(new Change.SetAttributes(frame.wanted, frame.was));
        }
    }

    private UnderstudyException unsupported(SafePath path, String why, String hint) {
        return new UnderstudyException(
                ErrorCode.FILE_UNSUPPORTED, "cannot stage \"" + path + "\" in " + root + ": " + why, hint);
    }

    /** A folder that is being compared. */
    private static final class Frame {
        private final TreeEntry.Folder wanted;
        private final Optional<Attributes> was;
        private final boolean foreign;
        private boolean touched;

        private Frame(TreeEntry.Folder wanted, Optional<Attributes> was, boolean foreign) {
            this.wanted = wanted;
            this.was = was;
            this.foreign = foreign;
        }
    }
}
