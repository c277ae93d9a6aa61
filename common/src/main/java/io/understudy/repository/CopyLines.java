package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Lines of COPY's text format, of which the first fields are looked at before the rest is passed on or skipped. Holds
 * no more of a line than those fields and a block. Not thread-safe.
 */
final class CopyLines implements AutoCloseable {
    private static final int BLOCK = 64 << 10;
    /** No line of a table with deltas is longer than a blob. */
    private static final int LONGEST = 64 << 20;

    private final String what;
    private final InputStream in;
    private final int[] ends;
    private byte[] buffer = new byte[BLOCK];
    private int start;
    private int end;

    /** @param fields of each line that are looked at, at least 1 */
    CopyLines(String what, InputStream in, int fields) {
        this.what = what;
        this.in = in;
        this.ends = new int[fields];
    }

    /**
     * Finds the fields of the next line; the line before must have been passed on or skipped to its end.
     *
     * @return false when there is no further line
     * @throws UnderstudyException {@code MANIFEST_DAMAGED} when the line has fewer fields
     */
    boolean next() throws IOException {
        int field = 0;
        int length = 0;
        while (true) {
            while (start + length < end) {
                byte at = buffer[start + length];
                if (at == '\t' || at == '\n') {
                    ends[field] = start + length;
                    field++;
                    if (field == ends.length) {
                        return true;
                    }
                    if (at == '\n') {
                        throw damaged("a line of it has " + field + " fields, and its key needs " + ends.length);
                    }
                }
                length++;
            }
            int before = start;
            if (!more()) {
                if (length > 0) {
                    throw damaged("its last line has no end");
                }
                return false;
            }
            for (int i = 0; i < field; i++) {
                ends[i] -= before - start;
            }
        }
    }

    byte[] bytes() {
        return buffer;
    }

    int start() {
        return start;
    }

    /** Where the fields end; the same array each time. */
    int[] ends() {
        return ends;
    }

    /**
     * Passes on bytes of the line that was found, up to its newline.
     *
     * @return how many
     */
    int pass(byte[] target, int offset, int length) throws IOException {
        if (start == end && !more()) {
            throw damaged("its last line has no end");
        }
        int most = Math.min(length, end - start);
        int count = Math.min(most, newline(start, start + most) + 1 - start);
        System.arraycopy(buffer, start, target, offset, count);
        start += count;
        return count;
    }

    /** Passes over the rest of the line. */
    void skip() throws IOException {
        int newline = newline(start, end);
        while (newline == end) {
            start = end;
            if (!more()) {
                throw damaged("its last line has no end");
            }
            newline = newline(start, end);
        }
        start = newline + 1;
    }

    private int newline(int from, int to) {
        int at = from;
        while (at < to && buffer[at] != '\n') {
            at++;
        }
        return at;
    }

    /** Reads on; what is not passed on yet moves to the beginning of the buffer. */
    private boolean more() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        if (end == buffer.length) {
            if (buffer.length >= LONGEST) {
                throw damaged("a key of it does not end within " + LONGEST + " bytes");
            }
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int read = in.read(buffer, end, buffer.length - end);
        end += Math.max(0, read);
        return read >= 0;
    }

    private UnderstudyException damaged(String why) {
        return new UnderstudyException(
                ErrorCode.MANIFEST_DAMAGED,
                "cannot read " + what + ": " + why,
                "run verify; if it finds no fault, this is a defect of Understudy: please report it with the agent's log");
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
