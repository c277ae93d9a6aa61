package io.understudy.repository.blob;

import java.util.List;

/**
 * An ordered list of blobs; their decoded concatenation is a standard file.
 *
 * @param bytes of the decoded concatenation
 */
public record StreamRef(long bytes, List<BlobRef> blobs) {
    public StreamRef {
        blobs = List.copyOf(blobs);
    }

    public static StreamRef of(List<BlobRef> blobs) {
        return new StreamRef(blobs.stream().mapToLong(BlobRef::bytes).sum(), blobs);
    }
}
