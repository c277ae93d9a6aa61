package io.understudy.repository;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.digest.Lines;
import io.understudy.repository.digest.Murmur3;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Of the keys that deltas of two versions of a table touch, those whose row is the same in both. A primary merges
 * deltas, so a newer version names keys that changed long ago once more. Rows are compared by hashes of their lines of
 * 128 bits. Memory: at most {@value #MOST} keys of 45 to 90 bytes. Once made, thread-safe.
 */
public final class UnchangedKeys {
    /** Keys of the older deltas; where there are more, each change is made again. */
    static final int MOST = 1 << 18;

    private static final byte ABSENT = 1;
    private static final byte PRESENT = 2;
    private static final byte SAME = 3;
    private static final byte CHANGED = 4;

    private final TableData table;
    private final KeyIndex keys = new KeyIndex();
    private final Murmur3 hash = new Murmur3();
    private final byte[] block = new byte[64 << 10];
    /** By the number of the key: what became of it. */
    private byte[] states = new byte[1 << 7];
    /** By the number of the key, two each: the hash of its line. */
    private long[] lines = new long[1 << 8];

    private UnchangedKeys(TableData table) {
        this.table = table;
    }

    /**
     * Reads the older deltas and the newer rows.
     *
     * @param table whose columns and key the lines have
     * @param olds deltas of the older version that the newer one does not have, the first first; the newer deltas touch
     *     all of their keys
     * @param news the rows that came with the newer deltas and are there with all of them
     * @return empty where the older deltas name too many keys
     * @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*}
     */
    public static Optional<UnchangedKeys> of(
            TableData table, List<TableDelta> olds, Lines.Source news, BlobSource source) throws IOException {
        UnchangedKeys unchanged = new UnchangedKeys(table);
        String what = "table " + table.schema() + "." + table.name();
        for (TableDelta old : olds) {
            if (!unchanged.went(new StreamReader(what, old.gone(), source))
                    || !unchanged.came(new StreamReader(what, old.came(), source))) {
                return Optional.empty();
            }
        }
        unchanged.compare(news.open());
        return Optional.of(unchanged);
    }

    private boolean went(InputStream in) throws IOException {
        try (KeyedLines gone = KeyedLines.keys(table, in)) {
            while (gone.next()) {
                if (!put(gone.high(), gone.low(), ABSENT)) {
                    return false;
                }
                gone.skip();
            }
            return true;
        }
    }

    private boolean came(InputStream in) throws IOException {
        try (KeyedLines came = KeyedLines.rows(table, in)) {
            while (came.next()) {
                long high = came.high();
                long low = came.low();
                hashRest(came);
                if (!put(high, low, PRESENT)) {
                    return false;
                }
            }
            return true;
        }
    }

    private void compare(InputStream in) throws IOException {
        try (KeyedLines news = KeyedLines.rows(table, in)) {
            while (news.next()) {
                int number = keys.find(news.high(), news.low());
                if (number < 0) {
                    news.skip();
                } else {
                    hashRest(news);
                    boolean same = states[number] == PRESENT
                            && lines[2 * number] == hash.high()
                            && lines[2 * number + 1] == hash.low();
                    states[number] = same ? SAME : CHANGED;
                }
            }
        }
    }

    private void hashRest(KeyedLines line) throws IOException {
        int length;
        do {
            length = line.pass(block, 0, block.length);
            hash.update(block, 0, length);
        } while (block[length - 1] != '\n');
        hash.finish();
    }

    private boolean put(long high, long low, byte state) {
        int number = keys.add(high, low);
        if (number >= MOST) {
            return false;
        }
        if (number >= states.length) {
            states = Arrays.copyOf(states, 2 * states.length);
            lines = Arrays.copyOf(lines, 2 * lines.length);
        }
        states[number] = state;
        if (state == PRESENT) {
            lines[2 * number] = hash.high();
            lines[2 * number + 1] = hash.low();
        }
        return true;
    }

    /** Of lines that hold a key each, those whose row changed; closed with the result. */
    public InputStream changedKeys(InputStream gone) {
        return new ChosenLines(KeyedLines.keys(table, gone), this::changed);
    }

    /** Of rows those that changed; closed with the result. */
    public InputStream changedRows(InputStream came) {
        return new ChosenLines(KeyedLines.rows(table, came), this::changed);
    }

    private boolean changed(long high, long low) {
        int number = keys.find(high, low);
        return number < 0 || states[number] == PRESENT || states[number] == CHANGED;
    }
}
