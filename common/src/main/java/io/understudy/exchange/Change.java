package io.understudy.exchange;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.tree.IndexEntry;
import java.util.Optional;

/** One thing that applying a snapshot does to a tree. */
public sealed interface Change {
    SafePath path();

    /**
     * What lies at the path moves to the undo folder, and what is staged for it takes its place: a file, a link or an
     * empty folder.
     */
    record Put(IndexEntry entry) implements Change {
        @Override
        public SafePath path() {
            return entry.entry().path();
        }
    }

    /** What lies at the path moves to the undo folder, with all that it holds. */
    record Remove(SafePath path) implements Change {}

    /**
     * What lies at the path gets these attributes, after all that is beneath it was changed.
     *
     * @param fresh the entry as it shall be
     * @param was the attributes that it has; empty where a {@link Put} makes it
     */
    record SetAttributes(TreeEntry fresh, Optional<Attributes> was) implements Change {
        @Override
        public SafePath path() {
            return fresh.path();
        }
    }

    /** Its name in the folders of staged and of replaced files. */
    static String nameOf(SafePath path) {
        byte[] raw = path.bytes();
        return ContentHash.ofContent(raw, 0, raw.length).hex().substring(0, 40);
    }
}
