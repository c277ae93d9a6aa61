package io.understudy.diff;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.diff.ChangedPath.Change;
import io.understudy.files.Attributes;
import io.understudy.files.TreeEntry;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.io.Closeable;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The paths that differ between two snapshots, tree by tree in the order of their indexes, which are read side by side:
 * none is held. An index that both have is not read. Not thread-safe.
 */
final class ChangedPaths implements Iterator<ChangedPath>, Closeable {
    private final Opened first;
    private final Opened second;
    private final Iterator<String> trees;
    private String tree = "";
    private Stream<IndexEntry> olds = Stream.empty();
    private Stream<IndexEntry> news = Stream.empty();
    private Iterator<IndexEntry> before = olds.iterator();
    private Iterator<IndexEntry> after = news.iterator();
    private TreeEntry old;
    private TreeEntry fresh;
    private ChangedPath next;

    ChangedPaths(Opened first, Opened second) {
        this.first = first;
        this.second = second;
        TreeSet<String> names = new TreeSet<>();
        Stream.of(first, second)
                .flatMap(each -> each.manifest().trees().stream())
                .map(TreeData::name)
                .forEach(names::add);
        this.trees = List.copyOf(names).iterator();
        advance();
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public ChangedPath next() {
        if (next == null) {
            throw new NoSuchElementException();
        }
        ChangedPath found = next;
        advance();
        return found;
    }

    private void advance() {
        next = null;
        while (next == null) {
            if (old == null && fresh == null) {
                if (!trees.hasNext()) {
                    return;
                }
                open(trees.next());
                continue;
            }
            int order = old == null ? 1 : fresh == null ? -1 : old.path().compareTo(fresh.path());
            next = difference(order <= 0 ? old : null, order >= 0 ? fresh : null);
            old = order <= 0 ? entry(before) : old;
            fresh = order >= 0 ? entry(after) : fresh;
        }
    }

    private void open(String name) {
        close();
        tree = name;
        Optional<TreeData> one = tree(first, name);
        Optional<TreeData> other = tree(second, name);
        if (one.isPresent()
                && other.isPresent()
                && one.get().index().equals(other.get().index())) {
            return;
        }
        olds = entries(first, one);
        news = entries(second, other);
        before = olds.iterator();
        after = news.iterator();
        old = entry(before);
        fresh = entry(after);
    }

    private static Optional<TreeData> tree(Opened snapshot, String name) {
        return snapshot.manifest().trees().stream()
                .filter(each -> each.name().equals(name))
                .findFirst();
    }

    private static Stream<IndexEntry> entries(Opened snapshot, Optional<TreeData> tree) {
        return tree.map(each -> TreeIndex.read(each.index(), snapshot.blobs())).orElseGet(Stream::empty);
    }

    private static TreeEntry entry(Iterator<IndexEntry> entries) {
        return entries.hasNext() ? entries.next().entry() : null;
    }

    /** Null where they are equal. */
    private ChangedPath difference(TreeEntry one, TreeEntry other) {
        if (one == null) {
            return changed(Change.CAME, other);
        }
        if (other == null) {
            return changed(Change.GONE, one);
        }
        if (!one.type().equals(other.type()) || !content(one).equals(content(other))) {
            return changed(Change.CONTENT, other);
        }
        return sameAttributes(one, other) ? null : changed(Change.ATTRIBUTES, other);
    }

    /** A folder's time only says that something in it came or went, which is listed anyway. */
    private static boolean sameAttributes(TreeEntry one, TreeEntry other) {
        Attributes old = one.attributes();
        Attributes fresh = other.attributes();
        return old.mode() == fresh.mode()
                && old.owner().equals(fresh.owner())
                && old.group().equals(fresh.group())
                && (one instanceof TreeEntry.Folder || old.modified().equals(fresh.modified()));
    }

    private static String content(TreeEntry entry) {
        return switch (entry.type()) {
            case "file" -> ((TreeEntry.File) entry).hash().hex();
            case "link" -> ((TreeEntry.Link) entry).target().toString();
            default -> "";
        };
    }

    private ChangedPath changed(Change change, TreeEntry entry) {
        return new ChangedPath(change, tree, entry.path().isRoot() ? tree : tree + "/" + entry.path());
    }

    @Override
    public void close() {
        olds.close();
        news.close();
    }
}
