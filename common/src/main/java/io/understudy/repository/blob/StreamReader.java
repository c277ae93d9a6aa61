package io.understudy.repository.blob;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.BlockInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Objects;

/**
 * The decoded concatenation of a stream's blobs. Reads one blob after the other; each is checked when its last byte is
 * read. Failures of a blob are {@code BLOB_MISSING} and {@code BLOB_DAMAGED} and name what the stream holds. Not
 * thread-safe.
 */
public final class StreamReader extends BlockInput {
    private final String what;
    private final long expected;
    private final Iterator<BlobRef> blobs;
    private final BlobSource source;
    private InputStream current;
    private long read;

    /** @param what the stream holds, for messages: {@code table public.person} */
    public StreamReader(String what, StreamRef stream, BlobSource source) {
        this.what = Objects.requireNonNull(what);
        this.expected = stream.bytes();
        this.source = Objects.requireNonNull(source);
        this.blobs = stream.blobs(source);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        try {
            return readNamed(target, offset, length);
        } catch (UnderstudyException e) {
            throw named(e);
        }
    }

    /**
     * Reads to the end. A blob is checked with its last byte, and lines are understood before: what cannot be
     * understood may be damaged, and that is to be known first, so that the code that repairs damaged blobs gets it.
     *
     * @throws UnderstudyException {@code BLOB_MISSING}, {@code BLOB_DAMAGED}
     */
    public void requireAuthentic() {
        try {
            transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Blobs that are passed over whole are not read. */
    @Override
    public long skip(long count) throws IOException {
        long skipped = 0;
        while (current == null && skipped < count && blobs.hasNext()) {
            BlobRef next = blobs.next();
            if (next.bytes() > count - skipped) {
                current = opened(next);
            } else {
                skipped += next.bytes();
                read += next.bytes();
            }
        }
        return skipped < count ? skipped + super.skip(count - skipped) : skipped;
    }

    private InputStream opened(BlobRef blob) {
        try {
            return source.open(blob);
        } catch (UnderstudyException e) {
            throw named(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
            current = null;
        }
    }

    private int readNamed(byte[] target, int offset, int length) throws IOException {
        while (current != null || blobs.hasNext()) {
            if (current == null) {
                current = source.open(blobs.next());
            }
            int count = current.read(target, offset, length);
            if (count > 0) {
                read += count;
                return count;
            }
            close();
        }
        checkLength();
        return -1;
    }

    private void checkLength() {
        if (read != expected) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot read the stream: its blobs hold " + read + " bytes where " + expected + " are expected",
                    Blobs.DAMAGED_HINT);
        }
    }

    private UnderstudyException named(UnderstudyException e) {
        return new UnderstudyException(e.code(), "cannot read " + what + ": " + e.getMessage(), e.hint(), e);
    }
}
