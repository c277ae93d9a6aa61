package io.understudy.repository.digest;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads lines of COPY's text format one by one, each held in memory. Not thread-safe. */
public final class RowReader implements Closeable {
    private static final int LONGEST = 32 << 20;

    private final InputStream in;
    private byte[] buffer = new byte[64 << 10];
    private int start;
    private int next;
    private int end;
    private long bytes;

    public RowReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next line is that between {@link #start} and {@link #end} of {@link #buffer}.
     *
     * @return false when there is none
     * @throws RowTooLong when it does not end within {@value #LONGEST} bytes
     */
    public boolean next() throws IOException, RowTooLong {
        start = next;
        int at = start;
        while (true) {
            while (at < end) {
                if (buffer[at] == '\n') {
                    bytes += at + 1L - start;
                    next = at + 1;
                    return true;
                }
                at++;
            }
            at -= start;
            if (!more()) {
                if (start < end) {
                    throw new IOException("the last row has no end");
                }
                return false;
            }
            at += start;
        }
    }

    private boolean more() throws IOException, RowTooLong {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        if (end == buffer.length) {
            if (end >= LONGEST) {
                throw new RowTooLong();
            }
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int read = in.read(buffer, end, buffer.length - end);
        end += Math.max(0, read);
        return read >= 0;
    }

    /** A row that would take too much memory. */
    public static final class RowTooLong extends Exception {
        private static final long serialVersionUID = 1;

        RowTooLong() {
            super("it has a row of more than " + (LONGEST >> 20) + " MiB", null, false, false);
        }
    }

    /** What holds the line; another one after each {@link #next}. */
    public byte[] buffer() {
        return buffer;
    }

    /** Where the line begins. */
    public int start() {
        return start;
    }

    /** Where the line ends: its newline is here. */
    public int end() {
        return next - 1;
    }

    /** Bytes of all lines that were read. */
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
