package io.understudy.files;

import java.util.Objects;

/** One file, folder or symbolic link of a tree, as a snapshot keeps it. */
public sealed interface TreeEntry {
    SafePath path();

    Attributes attributes();

    /** The word for its type in an index: {@code folder}, {@code file} or {@code link}. */
    String type();

    record Folder(SafePath path, Attributes attributes) implements TreeEntry {
        @Override
        public String type() {
            return "folder";
        }
    }

    /** @param size bytes */
    record File(SafePath path, Attributes attributes, long size, ContentHash hash) implements TreeEntry {
        public File {
            Objects.requireNonNull(hash);
            if (size < 0 || path.isRoot()) {
                throw new IllegalArgumentException("not a file: " + path + ", " + size + " bytes");
            }
        }

        @Override
        public String type() {
            return "file";
        }
    }

    record Link(SafePath path, Attributes attributes, LinkTarget target) implements TreeEntry {
        public Link {
            Objects.requireNonNull(target);
            if (path.isRoot()) {
                throw new IllegalArgumentException("the root of a tree is a folder");
            }
        }

        @Override
        public String type() {
            return "link";
        }
    }
}
