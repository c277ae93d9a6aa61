package io.understudy.databases;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Leaves out the schema's name where a dump of {@code mariadb-dump} has it: around routines, triggers and events of
 * another collation it writes <code>ALTER DATABASE `shop` CHARACTER SET … COLLATE … ;</code>, which would change the
 * live schema when the dump is restored next to it. Without a name it means the schema that is in use. A line in a
 * routine's body differs in its end: that is the delimiter of the moment in a dump's own.
 */
final class DumpedSchema extends FilterOutputStream {
    /** A schema's name has 64 characters at the most. */
    private static final int LONGEST = 1024;

    private static final String DELIMITER = "DELIMITER ";
    private static final Pattern ALTER = Pattern.compile(
            "ALTER DATABASE `(?:[^`]|``)+` (CHARACTER SET \\w+ COLLATE \\w+ )(\\S+)", Pattern.CASE_INSENSITIVE);

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private String delimiter = ";";
    private boolean passing;

    DumpedSchema(OutputStream out) {
        super(out);
    }

    static String without(String script) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (DumpedSchema filter = new DumpedSchema(text)) {
            filter.write(script.getBytes(StandardCharsets.UTF_8));
            filter.finish();
        } catch (IOException e) {
            throw new IllegalStateException("a buffer in memory does not fail", e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int end = offset + length;
        for (int from = offset; from < end; ) {
            int next = lineEnd(bytes, from, end);
            part(bytes, from, next);
            from = next;
        }
    }

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
            if (ended || line.size() > LONGEST || !mayMatter()) {
                finish();
                passing = true;
            }
        }
        if (ended) {
            passing = false;
        }
    }

    private boolean mayMatter() {
        int first = line.toByteArray()[0];
        return first == 'A' || first == 'a' || first == 'D' || first == 'd';
    }

    /** Writes what is held back of the last line. */
    void finish() throws IOException {
        byte[] held = line.toByteArray();
        line.reset();
        if (held.length > LONGEST || held.length == 0) {
            out.write(held);
            return;
        }
        String text = new String(held, StandardCharsets.ISO_8859_1);
        String stripped = text.stripTrailing();
        Matcher alter = ALTER.matcher(stripped);
        if (alter.matches() && alter.group(2).equals(delimiter)) {
            text = "ALTER DATABASE " + alter.group(1) + delimiter + text.substring(stripped.length());
        } else if (stripped.regionMatches(true, 0, DELIMITER, 0, DELIMITER.length())) {
            delimiter = stripped.substring(DELIMITER.length()).strip();
        }
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
