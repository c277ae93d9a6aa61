package io.understudy.browse;

import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code ls} shows of a tree: what lies in a folder, or the one file that is named. The index is read to its end.
 * Not thread-safe. Close it.
 */
final class Listing implements Iterator<EntryView>, AutoCloseable {
    private final SnapshotFiles files;
    private final PathName wanted;
    private final boolean recursive;
    private final Stream<IndexEntry> index;
    private final Iterator<IndexEntry> entries;
    private Optional<TreeEntry> found = Optional.empty();
    private Optional<EntryView> next = Optional.empty();

    /**
     * @param recursive also what lies in folders of the folder
     * @throws io.understudy.failure.UnderstudyException {@code USAGE} where more than one path is shown by that name
     */
    Listing(SnapshotFiles files, PathName wanted, boolean recursive) {
        this.files = files;
        this.wanted = wanted;
        this.recursive = recursive;
        TreeData tree = files.tree(wanted.tree());
        if (wanted.mayBeOfTwo()) {
            files.entry(wanted);
        }
        this.index = files.entries(tree);
        this.entries = index.iterator();
    }

    /** @throws io.understudy.failure.UnderstudyException {@code USAGE} where there is no such path */
    @Override
    public boolean hasNext() {
        while (next.isEmpty() && entries.hasNext()) {
            TreeEntry entry = entries.next().entry();
            if (isShown(entry)) {
                next = Optional.of(EntryView.of(wanted.tree(), entry));
            }
        }
        if (found.isEmpty()) {
            throw files.unknown(wanted);
        }
        return next.isPresent();
    }

    private boolean isShown(TreeEntry entry) {
        if (found.isEmpty()) {
            found = Optional.of(entry).filter(each -> wanted.is(each.path()));
            return found.isPresent() && !(entry instanceof TreeEntry.Folder);
        }
        SafePath folder = found.get().path();
        return entry.path().isBeneath(folder) && (recursive || entry.path().depth() == folder.depth() + 1);
    }

    @Override
    public EntryView next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        EntryView view = next.get();
        next = Optional.empty();
        return view;
    }

    @Override
    public void close() {
        index.close();
    }
}
