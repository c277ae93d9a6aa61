package io.understudy.repository;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.digest.KeyHash;
import java.io.IOException;
import java.io.InputStream;

/** Lines of COPY's text format, each with the hash of its key, before it is passed on or skipped. Not thread-safe. */
final class KeyedLines implements AutoCloseable {
    private final CopyLines lines;
    private final KeyHash hash;
    private final boolean whole;

    private KeyedLines(TableData table, InputStream lines, boolean whole) {
        this.hash = new KeyHash(table.columns(), table.key());
        this.whole = whole;
        this.lines = new CopyLines(
                "table " + table.schema() + "." + table.name(),
                lines,
                whole ? hash.fieldsOfLine() : hash.fieldsOfKey());
    }

    /** Of rows of the table. */
    static KeyedLines rows(TableData table, InputStream lines) {
        return new KeyedLines(table, lines, true);
    }

    /** Of lines that hold the table's key alone. */
    static KeyedLines keys(TableData table, InputStream lines) {
        return new KeyedLines(table, lines, false);
    }

    /**
     * Finds the next line; the line before must have been passed on or skipped to its end.
     *
     * @return false when there is no further line
     * @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED} when the line has fewer fields
     */
    boolean next() throws IOException {
        if (!lines.next()) {
            return false;
        }
        if (whole) {
            hash.ofLine(lines.bytes(), lines.start(), lines.ends());
        } else {
            hash.ofKey(lines.bytes(), lines.start(), lines.ends());
        }
        return true;
    }

    /** The first 64 bits of the hash of the line's key. */
    long high() {
        return hash.high();
    }

    /** The other 64 bits. */
    long low() {
        return hash.low();
    }

    /**
     * Passes on bytes of the line, up to its newline.
     *
     * @return how many
     */
    int pass(byte[] target, int offset, int length) throws IOException {
        return lines.pass(target, offset, length);
    }

    /** Passes over the rest of the line. */
    void skip() throws IOException {
        lines.skip();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
