package io.understudy.repository.tree;

import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;

/** Where the content of a file is kept. */
public sealed interface FileContent {
    /**
     * Names the blobs of this content. @return the content as a repository's index has it: a long stream with a list of
     * its blobs
     */
    FileContent keptBy(References references);

    /** The content with all blobs of a long stream, as it is in memory and in the local index. */
    FileContent whole(BlobSource source);

    /**
     * A stretch of a {@link Pack}.
     *
     * @param offset of its first byte in the pack's plain content; how many there are says the entry
     */
    record Packed(BlobRef pack, long offset) implements FileContent {
        public Packed {
            if (offset < 0) {
                throw new IllegalArgumentException("not an offset: " + offset);
            }
        }

        @Override
        public FileContent keptBy(References references) {
            references.add(pack);
            return this;
        }

        @Override
        public FileContent whole(BlobSource source) {
            return this;
        }
    }

    /** A stream of its own; one without blobs for an empty file. */
    record Streamed(StreamRef stream) implements FileContent {
        @Override
        public FileContent keptBy(References references) {
            StreamRef kept = references.keep(stream);
            return kept == stream ? this : new Streamed(kept);
        }

        @Override
        public FileContent whole(BlobSource source) {
            return stream.list() == null ? this : new Streamed(stream.whole(source));
        }
    }
}
