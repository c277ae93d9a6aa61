package io.understudy.databases;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes lines otherwise than they come, if need be. Of each line it holds back the beginning, until that is enough to
 * decide with what is written in its place; the rest of the line passes as it is.
 */
abstract class LineFilter extends FilterOutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean passing;

    LineFilter(OutputStream out) {
        super(out);
    }

    /**
     * Whether {@link #held} is enough to decide with; asked after each part of a line that comes.
     *
     * @param ended whether the line's end is there; a filter may go on then, and holds the next line with it
     */
    abstract boolean isEnough(boolean ended);

    /**
     * Decides on what is held back.
     *
     * @param text each of its bytes as a character
     * @return what is written in its place
     */
    abstract String written(String text);

    @Override
    public final void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public final void write(byte[] bytes, int offset, int length) throws IOException {
        int end = offset + length;
        for (int from = offset; from < end; ) {
            int next = lineEnd(bytes, from, end);
            part(bytes, from, next);
            from = next;
        }
    }

    /** Behind the end of the line that is there, or of all. */
    private static int lineEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        return at < end ? at + 1 : end;
    }

    private void part(byte[] bytes, int from, int next) throws IOException {
        boolean ended = bytes[next - 1] == '\n';
        if (passing) {
            out.write(bytes, from, next - from);
        } else {
            line.write(bytes, from, next - from);
            if (isEnough(ended)) {
                decide();
                passing = true;
            }
        }
        if (ended) {
            passing = false;
        }
    }

    /** How many bytes are held back. */
    final int size() {
        return line.size();
    }

    /** What is held back, each byte as a character. */
    final String held() {
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private void decide() throws IOException {
        String text = written(held());
        line.reset();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Writes what is held back of the last line, at the end.
     *
     * @throws IOException when what it writes to fails
     */
    void finish() throws IOException {
        decide();
    }
}
