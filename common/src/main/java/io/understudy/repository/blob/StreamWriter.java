package io.understudy.repository.blob;

import io.understudy.repository.blob.Chunker.Sizes;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Cuts what is written into blobs and puts them. Holds one blob at a time, at most 32 MiB; for one of more than 4 MiB
 * it may have to wait until other writers let go of theirs, see {@link MemoryBudget}. After {@link #finish()} the next
 * stream may be written with the same writer. Not thread-safe; failures are the sink's, and {@code CANCELLED}.
 */
public final class StreamWriter extends OutputStream {
    /** Bytes of a table from which on its blobs are long: as many as 32,000 short ones. */
    static final long VERY_LARGE = 16L << 30;

    private static final int SMALLEST = 64 << 10;
    /** The longest buffer of a stream whose rows, if it has any, are not longer than its blobs. */
    private static final int USUAL = 16 << 20;

    private final BlobSink sink;
    private final Chunker chunker;
    private final List<BlobRef> blobs = new ArrayList<>();
    private byte[] buffer = new byte[SMALLEST];
    private int filled;
    private long bytes;
    private int content;
    private int longRow;

    StreamWriter(BlobSink sink, Chunker chunker) {
        this.sink = Objects.requireNonNull(sink);
        this.chunker = chunker;
    }

    /** A stream of any bytes, cut by content. */
    public static StreamWriter plain(BlobSink sink) {
        return new StreamWriter(sink, new Chunker(sink.naming().gear(), false, Sizes.COARSE));
    }

    /** What a dump command wrote: any bytes, cut by content into blobs as short as those of rows. */
    public static StreamWriter dump(BlobSink sink) {
        return new StreamWriter(sink, new Chunker(sink.naming().gear(), false, Sizes.FINE));
    }

    /**
     * A stream of rows that end with {@code \n}, such as a tree's index: cut by content, but only at the ends of rows.
     */
    public static StreamWriter rows(BlobSink sink) {
        return new StreamWriter(sink, new Chunker(sink.naming().gear(), true, Sizes.FINE));
    }

    /**
     * A list that every snapshot writes again, such as the list of tables: JSON lines, in small blobs, so that little
     * is new after a small change.
     */
    public static StreamWriter list(BlobSink sink) {
        return new StreamWriter(sink, new Chunker(sink.naming().gear(), true, Sizes.LIST));
    }

    /**
     * Rows of a table, in COPY's text format. One that is very large has longer blobs, so that a manifest stays short;
     * when a table becomes that large it is stored again in full.
     *
     * @param table about how many bytes the whole table has
     */
    public static StreamWriter rows(BlobSink sink, long table) {
        Sizes sizes = table < VERY_LARGE ? Sizes.FINE : Sizes.COARSE;
        return new StreamWriter(sink, new Chunker(sink.naming().gear(), true, sizes));
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        int done = 0;
        while (done < length) {
            makeRoom(length - done);
            int part = Math.min(length - done, buffer.length - filled);
            System.arraycopy(source, offset + done, buffer, filled, part);
            filled += part;
            done += part;
            cut();
        }
    }

    /** Bytes written to the current stream so far. */
    public long bytes() {
        return bytes + filled;
    }

    /**
     * Ends the stream: puts what is left and names all its blobs, however many; {@link References#keep} makes it short.
     * The writer is then at the start of a new stream. A stream without bytes has no blobs.
     */
    public StreamRef finish() {
        if (filled > 0) {
            put(filled, false);
        }
        StreamRef stream = new StreamRef(bytes, blobs, null);
        startAgain();
        return stream;
    }

    /**
     * The stream up to its last cut, however many blobs that are: without blobs where there was no cut. What follows is
     * the {@link #rest}. Only {@link #close} may come then.
     */
    public StreamRef head() {
        return new StreamRef(bytes, blobs, null);
    }

    /** How many bytes follow the last cut; they are at the beginning of the {@link #buffer}. */
    public int rest() {
        return filled;
    }

    /** Of this writer, which goes on using it. */
    public byte[] buffer() {
        return buffer;
    }

    /** Drops a stream that was not finished; blobs that were put already stay. The writer may be used again. */
    @Override
    public void close() {
        startAgain();
    }

    private void startAgain() {
        release();
        blobs.clear();
        filled = 0;
        bytes = 0;
        chunker.reset();
    }

    private void cut() {
        for (int length = chunker.next(buffer, filled); length > 0; length = chunker.next(buffer, filled)) {
            put(length, chunker.continues());
        }
    }

    private void put(int length, boolean continues) {
        BlobRef blob = sink.put(buffer, 0, length);
        blobs.add(continues ? new BlobRef(blob.id(), blob.bytes(), blob.stored(), true) : blob);
        bytes += length;
        filled -= length;
        System.arraycopy(buffer, length, buffer, 0, filled);
    }

    private void makeRoom(int wanted) {
        if (filled + (long) wanted > buffer.length && buffer.length < chunker.most()) {
            long size = Math.min(Math.max(buffer.length * 2L, filled + (long) wanted), chunker.most());
            reserve(size);
            buffer = MemoryBudget.isLong(size)
                    ? LongBuffers.SHARED.longer(buffer, filled, Math.min(Math.max(size, USUAL), chunker.most()))
                    : Arrays.copyOf(buffer, (int) size);
        }
    }

    private void reserve(long size) {
        if (size > MemoryBudget.FREE && content == 0) {
            content = MemoryBudget.CONTENT.take(USUAL);
        }
        if (size > USUAL && longRow == 0) {
            longRow = MemoryBudget.LONG_ROW.take(chunker.most());
        }
    }

    private void release() {
        if (MemoryBudget.isLong(buffer.length)) {
            LongBuffers.SHARED.give(buffer);
            buffer = new byte[SMALLEST];
        }
        MemoryBudget.CONTENT.give(content);
        MemoryBudget.LONG_ROW.give(longRow);
        content = 0;
        longRow = 0;
    }
}
