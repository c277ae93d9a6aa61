package io.understudy.replica.rewrite;

import io.understudy.config.RewriteRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Accounts;
import io.understudy.files.Attributes;
import io.understudy.files.Excludes;
import io.understudy.files.FileFailure;
import io.understudy.files.LinkTarget;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** A folder of this server that is laid over a tree: what is in it wins. Not thread-safe. */
final class Overlay {
    private final RewriteRule rule;
    private final Path folder;
    private final Excludes excludes;
    private final Accounts accounts = new Accounts();

    /** @param excludes of the tree: what it does not touch, no overlay brings */
    Overlay(RewriteRule rule, Excludes excludes) {
        this.rule = rule;
        this.folder = rule.overlay().orElseThrow();
        this.excludes = excludes;
    }

    /** Makes an entry of a file that was found there. */
    @FunctionalInterface
    interface FileEntry {
        IndexEntry of(Found found, Attributes attributes) throws IOException;
    }

    /** Receives what it brings to a tree. */
    @FunctionalInterface
    interface Laid {
        /** @param before the snapshot's entry at this path; empty: it has none */
        void add(IndexEntry entry, Optional<IndexEntry> before, RewriteRule rule);
    }

    /**
     * The entries of a tree with those of this folder, in order. A folder that both have is the snapshot's.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} where the folder is not there; {@code FILE_UNSUPPORTED} where
     *     a folder would take the place of a file or the other way round
     */
    Iterator<IndexEntry> over(Iterator<IndexEntry> tree, FileEntry files, Laid laid) {
        if (!Files.isDirectory(folder)) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use " + rule.text() + ": the folder does not exist",
                    "create the folder, or remove the rule");
        }
        return new Merge(tree, own(files).iterator(), laid);
    }

    private List<IndexEntry> own(FileEntry files) {
        TreeWalker walker = new TreeWalker(TreeRoot.of(folder), excludes);
        List<IndexEntry> entries = new ArrayList<>();
        for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
            if (!found.get().path().isRoot()) {
                entries.add(entry(found.get(), files));
            }
        }
        return entries;
    }

    private IndexEntry entry(Found found, FileEntry files) {
        try {
            Attributes attributes = Attributes.of(found.stat(), found.location(), accounts);
            return switch (found.stat().type()) {
                case FILE -> files.of(found, attributes);
                case FOLDER -> IndexEntry.of(new TreeEntry.Folder(found.path(), attributes));
                case LINK ->
                    IndexEntry.of(new TreeEntry.Link(found.path(), attributes, LinkTarget.read(found.location())));
                case SPECIAL -> throw unfit(found.path(), "it is no file, folder or link");
            };
        } catch (IOException e) {
            throw FileFailure.of("read", found.location(), e);
        }
    }

    private UnderstudyException unfit(SafePath path, String why) {
        return new UnderstudyException(
                ErrorCode.FILE_UNSUPPORTED,
                "cannot lay \"" + path + "\" over the tree by " + rule.text() + ": " + why,
                "take it out of the overlay folder");
    }

    /** Both in the order of their paths. */
    private final class Merge implements Iterator<IndexEntry> {
        private final Iterator<IndexEntry> tree;
        private final Iterator<IndexEntry> overlay;
        private final Laid laid;
        private Optional<IndexEntry> below;
        private Optional<IndexEntry> above;

        Merge(Iterator<IndexEntry> tree, Iterator<IndexEntry> overlay, Laid laid) {
            this.tree = tree;
            this.overlay = overlay;
            this.laid = laid;
            this.below = next(tree);
            this.above = next(overlay);
        }

        private static Optional<IndexEntry> next(Iterator<IndexEntry> entries) {
            return entries.hasNext() ? Optional.of(entries.next()) : Optional.empty();
        }

        @Override
        public boolean hasNext() {
            return below.isPresent() || above.isPresent();
        }

        @Override
        public IndexEntry next() {
            int order = above.isEmpty()
                    ? -1
                    : below.isEmpty() ? 1 : path(below.get()).compareTo(path(above.get()));
            if (order < 0) {
                IndexEntry entry = below.orElseThrow();
                below = next(tree);
                return entry;
            }
            Optional<IndexEntry> before = order == 0 ? below : Optional.empty();
            IndexEntry entry = above.orElseThrow();
            above = next(overlay);
            if (order == 0) {
                below = next(tree);
            }
            return before.isPresent() ? both(before.get(), entry) : added(entry);
        }

        private IndexEntry added(IndexEntry entry) {
            laid.add(entry, Optional.empty(), rule);
            return entry;
        }

        private IndexEntry both(IndexEntry before, IndexEntry entry) {
            boolean folder = entry.entry() instanceof TreeEntry.Folder;
            if (folder != before.entry() instanceof TreeEntry.Folder) {
                throw unfit(
                        path(entry),
                        "it is a " + entry.entry().type() + " there, and a "
                                + before.entry().type() + " in the snapshot");
            }
            if (folder) {
                return before;
            }
            laid.add(entry, Optional.of(before), rule);
            return entry;
        }

        private static SafePath path(IndexEntry entry) {
            return entry.entry().path();
        }
    }
}
