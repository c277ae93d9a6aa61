package io.understudy.repository.tree;

import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import java.util.List;

/** Where the content of a file is kept. */
public sealed interface FileContent {
    /** The blobs to be read for it, in order. */
    List<BlobRef> blobs();

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
        public List<BlobRef> blobs() {
            return List.of(pack);
        }
    }

    /** A stream of its own; one without blobs for an empty file. */
    record Streamed(StreamRef stream) implements FileContent {
        @Override
        public List<BlobRef> blobs() {
            return stream.blobs();
        }
    }
}
