package io.understudy.repository.blob;

/** Takes blobs. Thread-safe. */
public interface BlobSink {
    /** The longest padding that {@link #padded} takes, in bytes. */
    int MOST_PADDING = 8 << 20;

    /**
     * Stores the content unless a blob of this content is there already; whose sink it is knows when it is durable. The
     * buffer may be reused afterwards.
     *
     * @param length 1 to 64 MiB
     * @return the blob, with {@code continues} false
     */
    BlobRef put(byte[] buffer, int offset, int length);

    /** How content is cut and named for this sink. A sink around another one says what that one says. */
    Naming naming();

    /**
     * The same sink for content that only names blobs: in an encrypted repository the primary can read it. No content
     * may go to both.
     */
    BlobSink ofNames();

    /**
     * The same sink, whose objects are so much longer in an encrypted repository, by what readers skip.
     *
     * @param bytes at most {@link #MOST_PADDING}
     */
    BlobSink padded(int bytes);

    /** The same sink, with something done around each put. */
    default BlobSink around(Put put) {
        return new SinkAround(this, put);
    }

    /** Puts into a sink, and does something before or after it. Thread-safe. */
    interface Put {
        BlobRef put(BlobSink sink, byte[] buffer, int offset, int length);
    }
}
