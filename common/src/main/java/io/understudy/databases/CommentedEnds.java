package io.understudy.databases;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Breaks the line before the end of a statement that a comment would swallow. {@code mysqldump} writes the code of a
 * trigger, a routine or an event as it is, and the end of the statement on the same line: behind code that ends with
 * <code># so far</code> stands <code># so far *&#47;;;</code>, which no client can read.
 */
final class CommentedEnds extends FilterOutputStream {
    private static final byte[] DELIMITER = "DELIMITER ".getBytes(StandardCharsets.US_ASCII);
    /** That of a dump's code; no other line is looked into. */
    private static final String OF_CODE = ";;";

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean inCode;
    private boolean passing;
    /** What a line begins in: a quote, {@code *} for a comment, or 0. */
    private char open;

    CommentedEnds(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int end = offset + length;
        for (int from = offset; from < end; ) {
            int next = DumpedSchema.lineEnd(bytes, from, end);
            part(bytes, from, next);
            from = next;
        }
    }

    private void part(byte[] bytes, int from, int next) throws IOException {
        boolean ended = bytes[next - 1] == '\n';
        if (passing) {
            out.write(bytes, from, next - from);
        } else {
            line.write(bytes, from, next - from);
            if (ended || !inCode && line.size() >= DELIMITER.length && !isDelimiter()) {
                finish();
                passing = true;
            }
        }
        if (ended) {
            passing = false;
        }
    }

    private boolean isDelimiter() {
        byte[] held = line.toByteArray();
        return held.length >= DELIMITER.length
                && Arrays.equals(held, 0, DELIMITER.length, DELIMITER, 0, DELIMITER.length);
    }

    /** Writes what is held back of the last line. */
    void finish() throws IOException {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        if (isDelimiter()) {
            open = 0;
            inCode = text.substring(DELIMITER.length).strip().equals(OF_CODE);
        } else if (inCode) {
            text = readable(text);
        }
        line.reset();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String readable(String text) {
        int comment = comment(text);
        String code = text.stripTrailing();
        if (comment < 0 || !code.endsWith(OF_CODE)) {
            return text;
        }
        String before = code.substring(0, code.length() - OF_CODE.length()).stripTrailing();
        if (before.endsWith("*/") && before.length() - 2 > comment) {
            before = before.substring(0, before.length() - 2);
        }
        return before + "\n" + text.substring(before.length());
    }

    /** Where the comment begins that ends with the line, or -1. Comments that the server runs are code. */
    private int comment(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (open == '*') {
                if (text.startsWith("*/", at)) {
                    open = 0;
                    at++;
                }
            } else if (open != 0) {
                if (c == '\\' && open != '`') {
                    at++;
                } else if (c == open) {
                    open = 0;
                }
            } else if (c == '\'' || c == '"' || c == '`') {
                open = c;
            } else if (text.startsWith("/*", at) && !text.startsWith("/*!", at)) {
                open = '*';
                at++;
            } else if (c == '#' || text.startsWith("-- ", at) || text.startsWith("--\t", at)) {
                return at;
            }
        }
        return -1;
    }
}
