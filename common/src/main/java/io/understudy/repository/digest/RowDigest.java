package io.understudy.repository.digest;

import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Takes lines of COPY's text format and sums up their hashes. The lines may be written in pieces of any size, and a
 * table in parts of any order. Holds 4 KiB, however long a line is. Not thread-safe.
 */
public final class RowDigest extends OutputStream {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = ONES << 7;
    /** About so many rows have a bucket of their own. */
    private static final int ROWS_A_BUCKET = 1024;

    private static final byte[] TAB = {'\t'};

    private final long[] high = new long[TableDigest.MOST];
    private final long[] low = new long[TableDigest.MOST];
    private final boolean[] isKey;
    private final Murmur3 line = new Murmur3();
    private final Murmur3 key = new Murmur3();
    private int field;
    private boolean inLine;
    private long rows;

    /**
     * @param columns of the lines
     * @param key those of them that are the primary key, in any order; none: the bucket is that of the whole line
     */
    public RowDigest(List<String> columns, List<String> key) {
        int last = key.stream().mapToInt(columns::indexOf).max().orElse(-1);
        isKey = new boolean[last + 1];
        for (String column : key) {
            int at = columns.indexOf(column);
            if (at < 0) {
                throw new IllegalArgumentException("the key's column " + column + " is not in the lines");
            }
            isKey[at] = true;
        }
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int newline = newline(bytes, at, end);
            piece(bytes, at, newline);
            at = newline;
            if (newline < end) {
                endLine();
                at++;
            }
        }
    }

    /** Adds the rows of another part of the same table. */
    public void add(RowDigest part) {
        for (int i = 0; i < TableDigest.MOST; i++) {
            add(i, part.high[i], part.low[i]);
        }
        rows += part.rows;
    }

    /** Lines that were ended by a newline so far. */
    public long rows() {
        return rows;
    }

    /** The digest, with one bucket for about a thousand rows. */
    public TableDigest digest() {
        long wanted = Long.highestOneBit(Math.max(1, rows / ROWS_A_BUCKET));
        return digest((int) Math.min(TableDigest.MOST, wanted));
    }

    /** The digest with as many buckets as another one, to be compared with it. */
    public TableDigest digestLike(TableDigest other) {
        return digest(other.sums().size());
    }

    /** @param buckets a power of two, at most 256 */
    TableDigest digest(int buckets) {
        if (inLine) {
            throw new IllegalStateException("the last line has no end");
        }
        List<String> sums = new ArrayList<>(buckets);
        int share = TableDigest.MOST / buckets;
        for (int i = 0; i < buckets; i++) {
            long upper = 0;
            long lower = 0;
            for (int j = i * share; j < (i + 1) * share; j++) {
                long sum = lower + low[j];
                upper += high[j] + carry(lower, sum);
                lower = sum;
            }
            sums.add(String.format("%016x%016x", upper, lower));
        }
        return new TableDigest(sums);
    }

    private void piece(byte[] bytes, int from, int to) {
        inLine = true;
        line.update(bytes, from, to);
        int at = from;
        while (field < isKey.length && at < to) {
            int tab = at;
            while (tab < to && bytes[tab] != '\t') {
                tab++;
            }
            if (isKey[field]) {
                key.update(bytes, at, tab);
            }
            at = tab + 1;
            if (tab < to) {
                endField();
            }
        }
    }

    private void endField() {
        if (isKey[field]) {
            key.update(TAB, 0, 1);
        }
        field++;
    }

    private void endLine() {
        line.finish();
        long bucket = line.high();
        if (isKey.length > 0) {
            if (field < isKey.length) {
                endField();
            }
            key.finish();
            bucket = key.high();
        }
        add((int) (bucket >>> (Long.SIZE - 8)), line.high(), line.low());
        rows++;
        field = 0;
        inLine = false;
    }

    /** Modulo 2^128. */
    private void add(int bucket, long upper, long lower) {
        long sum = low[bucket] + lower;
        high[bucket] += upper + carry(lower, sum);
        low[bucket] = sum;
    }

    private static int carry(long part, long sum) {
        return Long.compareUnsigned(sum, part) < 0 ? 1 : 0;
    }

    /** Where the next newline is, or the end. Eight bytes at a time: rows are long, and all of a table passes here. */
    private static int newline(byte[] bytes, int from, int to) {
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            long x = (long) LONGS.get(bytes, at) ^ (ONES * '\n');
            if (((x - ONES) & ~x & HIGHS) != 0) {
                break;
            }
        }
        while (at < to && bytes[at] != '\n') {
            at++;
        }
        return at;
    }
}
