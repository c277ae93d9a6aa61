package io.understudy.repository.tree;

import io.understudy.files.TreeEntry;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One line of a tree's index.
 *
 * @param content of a file; empty for folders and links
 */
public record IndexEntry(TreeEntry entry, Optional<FileContent> content) {
    public IndexEntry {
        if (content.isPresent() != entry instanceof TreeEntry.File) {
            throw new IllegalArgumentException("files have content, and nothing else has: " + entry.path());
        }
    }

    public static IndexEntry of(TreeEntry.File file, FileContent content) {
        return new IndexEntry(file, Optional.of(content));
    }

    /** The same entry, where it has content with that content at another place. */
    public IndexEntry with(UnaryOperator<FileContent> change) {
        return content.isEmpty() ? this : new IndexEntry(entry, content.map(change));
    }

    /** A folder or a link. */
    public static IndexEntry of(TreeEntry entry) {
        return new IndexEntry(entry, Optional.empty());
    }
}
