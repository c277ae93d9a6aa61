package io.understudy.repository.digest;

import java.util.List;

/**
 * The hash of a row's key, 128 bits: of the key's fields as they stand in a line of COPY's text format, in the order
 * of the line's columns, each with a tab behind it. The same function as that of a digest's buckets. Not thread-safe.
 */
public final class KeyHash {
    private static final byte[] TAB = {'\t'};

    private final Murmur3 hash = new Murmur3();
    private final int[] inLine;
    private final int[] inKey;

    /**
     * @param columns of the lines
     * @param key those of them that are the primary key, in its order; at least one
     * @throws IllegalArgumentException when a column of the key is not among the columns
     */
    public KeyHash(List<String> columns, List<String> key) {
        this.inLine = key.stream().mapToInt(columns::indexOf).sorted().toArray();
        if (inLine.length == 0 || inLine[0] < 0) {
            throw new IllegalArgumentException("the lines do not hold a key of " + key);
        }
        this.inKey = java.util.Arrays.stream(inLine)
                .map(at -> key.indexOf(columns.get(at)))
                .toArray();
    }

    /** How many fields of a line are needed to know its key. */
    public int fieldsOfLine() {
        return inLine[inLine.length - 1] + 1;
    }

    /** How many fields a line has that holds the key alone, in the key's order. */
    public int fieldsOfKey() {
        return inKey.length;
    }

    /**
     * Takes the key of a line.
     *
     * @param ends where each field ends, the first {@link #fieldsOfLine} of them; the first begins at {@code start}
     */
    public void ofLine(byte[] bytes, int start, int[] ends) {
        of(inLine, bytes, start, ends);
    }

    /** As {@link #ofLine}, of a line that holds the key alone. */
    public void ofKey(byte[] bytes, int start, int[] ends) {
        of(inKey, bytes, start, ends);
    }

    private void of(int[] fields, byte[] bytes, int start, int[] ends) {
        for (int field : fields) {
            hash.update(bytes, field == 0 ? start : ends[field - 1] + 1, ends[field]);
            hash.update(TAB, 0, 1);
        }
        hash.finish();
    }

    /** The first 64 bits of the key that was taken last. */
    public long high() {
        return hash.high();
    }

    /** The other 64 bits. */
    public long low() {
        return hash.low();
    }
}
