package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.CopyText;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Takes {@code lsn}, {@code xid} and {@code data} of each decoded change as COPY's text format and hands them on line
 * by line. Of a long line only the beginning is kept. Not thread-safe.
 */
final class DecodedLines extends OutputStream {
    /** More than any key; a row may have hundreds of megabytes. */
    static final int LONGEST = 2 << 20;

    private static final int SMALLEST = 8192;

    private final Reader reader;
    private byte[] line = new byte[SMALLEST];
    private int length;
    private boolean cut;

    /** Takes one line. */
    interface Reader {
        /**
         * @param lsn as the server writes it
         * @param data one char a byte
         * @param cut whether data goes on
         */
        void line(String lsn, String data, boolean cut);
    }

    DecodedLines(Reader reader) {
        this.reader = Objects.requireNonNull(reader);
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        int from = offset;
        int end = offset + count;
        for (int at = offset; at < end; at++) {
            if (bytes[at] == '\n') {
                add(bytes, from, at);
                finish();
                from = at + 1;
            }
        }
        add(bytes, from, end);
    }

    private void add(byte[] bytes, int from, int to) {
        int more = Math.min(to - from, LONGEST - length);
        cut |= more < to - from;
        if (length + more > line.length) {
            line = java.util.Arrays.copyOf(line, Math.min(LONGEST, Math.max(length + more, line.length * 2)));
        }
        System.arraycopy(bytes, from, line, length, more);
        length += more;
    }

    private void finish() {
        int lsn = tab(0);
        int xid = tab(lsn + 1);
        if (xid >= length) {
            reader.line("", "", true);
        } else {
            String where = new String(line, 0, lsn, StandardCharsets.ISO_8859_1);
            reader.line(where, unescaped(xid + 1), cut);
        }
        length = 0;
        cut = false;
    }

    private int tab(int from) {
        int at = from;
        while (at < length && line[at] != '\t') {
            at++;
        }
        return at;
    }

    /** In place: a text gets no longer by it. */
    private String unescaped(int from) {
        int to = from;
        for (int at = from; at < length; at++) {
            byte b = line[at];
            if (b == '\\' && at + 1 < length) {
                at++;
                b = (byte) CopyText.meaning((char) (line[at] & 0xff));
            }
            line[to] = b;
            to++;
        }
        return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
