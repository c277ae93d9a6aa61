package io.understudy.repository.blob;

/** Takes blobs. Thread-safe. */
public interface BlobSink {
    /**
     * Stores the content unless a blob of this content is there already; whose sink it is knows when it is durable. The
     * buffer may be reused afterwards.
     *
     * @param length 1 to 64 MiB
     * @return the blob, with {@code continues} false
     */
    BlobRef put(byte[] buffer, int offset, int length);
}
