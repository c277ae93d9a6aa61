package io.understudy.primary.capture.tree;

import io.understudy.files.ContentHash;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.tree.Pack;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/**
 * Takes the content of one file after the other. Small ones come back in a buffer, others are stored while they are
 * read; in an encrypted repository their ends come back in a buffer too. Not thread-safe.
 */
final class ContentReader implements AutoCloseable {
    private final StreamHash hash;
    private final StreamWriter writer;
    private final boolean splits;
    private final byte[] buffer = new byte[Pack.SMALL];

    ContentReader(BlobSink sink) {
        this.splits = !sink.naming().isPublic();
        this.hash = new StreamHash(sink);
        this.writer = StreamWriter.plain(hash);
    }

    /**
     * What was read.
     *
     * @param size bytes that were read
     * @param stored where they are, but for the rest; without blobs for a small file
     * @param rest of its end, what is not stored
     */
    record Content(long size, ContentHash hash, StreamRef stored, Rest rest) {}

    /** Bytes at the beginning of a buffer, until the next read or {@link #release}. */
    record Rest(byte[] buffer, int length) {}

    /**
     * @param size how many bytes are taken at most
     * @param read receives how many more bytes were read
     */
    Content read(InputStream in, long size, LongConsumer read) throws IOException {
        if (size < Pack.SMALL) {
            int count = in.readNBytes(buffer, 0, (int) size);
            read.accept(count);
            ContentHash content = ContentHash.ofContent(buffer, 0, count);
            return new Content(count, content, StreamRef.NONE, new Rest(buffer, count));
        }
        return store(in, size, read);
    }

    /** Frees what the last {@link Rest} takes. */
    void release() {
        writer.close();
    }

    /** In an encrypted repository up to the last cut. */
    private Content store(InputStream in, long size, LongConsumer read) throws IOException {
        release();
        long left = size;
        hash.begin();
        try {
            while (left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (count < 0) {
                    break;
                }
                writer.write(buffer, 0, count);
                read.accept(count);
                left -= count;
            }
            hash.ending();
            StreamRef stored = splits ? writer.head() : writer.finish();
            Rest rest = new Rest(writer.buffer(), writer.rest());
            hash.rest(rest.buffer, rest.length);
            return new Content(stored.bytes() + rest.length, hash.hash(), stored, rest);
        } catch (IOException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    @Override
    public void close() {
        writer.close();
    }
}
