package io.understudy.restore;

import io.understudy.browse.SnapshotGlob;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.tree.IndexEntry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * The entries of a tree that globs choose: what one matches, what lies in a folder that one matches, and the folders
 * on the way there. In the order of the index, each folder before what it holds. Not thread-safe.
 */
public final class ChosenEntries implements Iterator<IndexEntry> {
    private final String tree;
    private final List<SnapshotGlob> globs;
    private final Iterator<IndexEntry> index;
    private final Set<SnapshotGlob> matched = new HashSet<>();
    /** Folders above the entry that was looked at last, which are not given yet; the outermost first. */
    private final Deque<IndexEntry> above = new ArrayDeque<>();

    private final Deque<IndexEntry> ready = new ArrayDeque<>();
    private Optional<SafePath> whole = Optional.empty();

    /** @param globs none: all entries */
    public ChosenEntries(String tree, List<SnapshotGlob> globs, Iterator<IndexEntry> index) {
        this.tree = tree;
        this.globs = globs;
        this.index = index;
    }

    /** Those that matched something so far. */
    public Set<SnapshotGlob> matched() {
        return matched;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && index.hasNext()) {
            look(index.next());
        }
        return !ready.isEmpty();
    }

    @Override
    public IndexEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.removeFirst();
    }

    private void look(IndexEntry entry) {
        SafePath path = entry.entry().path();
        while (!above.isEmpty() && !path.isBeneath(above.peekLast().entry().path())) {
            above.removeLast();
        }
        boolean inside = whole.filter(path::isBeneath).isPresent();
        // Each glob is asked, so that one that chooses what another does is not taken for one that finds nothing.
        boolean matches = globs.isEmpty() || isMatched(path);
        if (inside || matches) {
            ready.addAll(above);
            above.clear();
            ready.add(entry);
            whole = inside || !(entry.entry() instanceof TreeEntry.Folder) ? whole : Optional.of(path);
        } else if (entry.entry() instanceof TreeEntry.Folder) {
            above.addLast(entry);
        }
    }

    private boolean isMatched(SafePath path) {
        boolean any = false;
        for (SnapshotGlob glob : globs) {
            if (glob.matches(tree, path)) {
                matched.add(glob);
                any = true;
            }
        }
        return any;
    }
}
