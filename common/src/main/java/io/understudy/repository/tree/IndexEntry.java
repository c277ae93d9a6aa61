package io.understudy.repository.tree;

import io.understudy.files.TreeEntry;
import java.util.Optional;

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

    /** A folder or a link. */
    public static IndexEntry of(TreeEntry entry) {
        return new IndexEntry(entry, Optional.empty());
    }
}
