package io.understudy.repository.blob;

/**
 * Finds where a stream is cut into blobs, by its content: after an insertion the following cuts fall where they fell
 * before, so only the blobs around the change are new. Not thread-safe; one stream at a time.
 *
 * <p>FastCDC with normalized chunking of level 2 (Xia et al.: "FastCDC: a Fast and Efficient Content-Defined Chunking
 * Approach for Data Deduplication", USENIX ATC 2016): a gear hash over the last 64 bytes, no cut before the least size,
 * one at the largest at the latest; up to the average, a power of two, a cut needs two more zero bits at the top of the
 * hash than the average has, behind that two fewer.
 *
 * <p>With rows aligned, a cut moves on to the next {@code \n}. In COPY's text format that byte is always the end of a
 * row: newlines in values are written as a backslash and an {@code n}, and no encoding that COPY can emit holds the
 * byte 0x0A inside a character. All server encodings keep bytes below 0x80 for ASCII; the trailing bytes of the
 * client-only ones (SJIS, SHIFT_JIS_2004, BIG5, GBK, UHC, JOHAB, GB18030) are 0x30 or higher. Where no row ends within
 * 32 MiB the row itself is cut, by content, and the blob continues.
 */
final class Chunker {
    private static final int WINDOW = 64;

    private final long[] gear;
    private final boolean rows;
    private final Sizes sizes;
    private final long hard;
    private final long easy;

    private int position;
    private long hash;
    private int cut;
    private int rowless;
    private boolean continues;

    /** By the public table. */
    Chunker(boolean rows, Sizes sizes) {
        this(Gear.TABLE, rows, sizes);
    }

    /**
     * @param gear 256 random numbers
     * @param rows whether cuts are moved to ends of rows
     */
    Chunker(long[] gear, boolean rows, Sizes sizes) {
        int bits = Integer.numberOfTrailingZeros(sizes.average);
        this.gear = gear;
        this.rows = rows;
        this.sizes = sizes;
        this.hard = -1L << (Long.SIZE - bits - 2);
        this.easy = -1L << (Long.SIZE - bits + 2);
        reset();
    }

    /** @param average a power of two; {@code longest} of an aligned stream, at least {@code max} */
    record Sizes(int min, int average, int max, int longest) {
        /** For lists of small lines of which a few change each time. */
        static final Sizes LIST = new Sizes(16 << 10, 64 << 10, 256 << 10, 32 << 20);
        /**
         * For what changes in many small places, as rows do: little is stored again around a change, and little is held
         * in memory.
         */
        static final Sizes FINE = new Sizes(128 << 10, 512 << 10, 2 << 20, 32 << 20);
        /** For what mostly comes and goes whole, and where blobs would otherwise be too many to name. */
        static final Sizes COARSE = new Sizes(1 << 20, 4 << 20, 16 << 20, 32 << 20);

        /** The most bytes that may have to be seen before a chunk's end is known. */
        int most(boolean rows) {
            return rows ? longest : max;
        }
    }

    /**
     * Looks for the end of the chunk that starts at {@code buffer[0]}. Called again with more bytes in the buffer it
     * goes on where it stopped. After a chunk was found the caller takes it away, so that the byte behind it is at
     * {@code buffer[0]}.
     *
     * @return the length of the chunk, or 0 while its end is not within the first {@code filled} bytes
     */
    int next(byte[] buffer, int filled) {
        if (cut == 0) {
            cut = contentCut(buffer, filled);
        }
        continues = false;
        if (cut == 0 || !rows) {
            return taken(cut);
        }
        int rowEnd = rowEnd(buffer, filled);
        if (rowEnd > 0) {
            rowless = rowEnd;
            return taken(rowEnd);
        }
        continues = filled >= sizes.longest;
        return continues ? taken(cut) : 0;
    }

    /** Whether the chunk that {@link #next} returned last ends inside a row that the next one continues. */
    boolean continues() {
        return continues;
    }

    /** Forgets the stream that was cut so far. */
    void reset() {
        rowless = 0;
        start();
    }

    int most() {
        return sizes.most(rows);
    }

    private void start() {
        position = Math.max(0, sizes.min - WINDOW);
        hash = 0;
        cut = 0;
    }

    private int taken(int length) {
        if (length > 0) {
            // What was seen to hold no row end is not searched again: a row of a gigabyte is passed once, not once a
            // chunk.
            rowless = Math.max(0, rowless - length);
            start();
        }
        return length;
    }

    private int contentCut(byte[] buffer, int filled) {
        warmUp(buffer, Math.min(filled, sizes.min));
        int found = scan(buffer, Math.min(filled, sizes.average), hard);
        if (found == 0) {
            found = scan(buffer, Math.min(filled, sizes.max), easy);
        }
        return found == 0 && filled >= sizes.max ? sizes.max : found;
    }

    private void warmUp(byte[] buffer, int end) {
        long[] table = gear;
        long rolling = hash;
        int at = position;
        for (; at < end; at++) {
            rolling = (rolling << 1) + table[buffer[at] & 0xff];
        }
        hash = rolling;
        position = at;
    }

    private int scan(byte[] buffer, int end, long mask) {
        long[] table = gear;
        long rolling = hash;
        int at = position;
        while (at < end) {
            rolling = (rolling << 1) + table[buffer[at++] & 0xff];
            if ((rolling & mask) == 0) {
                return at;
            }
        }
        hash = rolling;
        position = at;
        return 0;
    }

    private int rowEnd(byte[] buffer, int filled) {
        int end = Math.min(filled, sizes.longest);
        for (int at = Math.max(cut - 1, rowless); at < end; at++) {
            if (buffer[at] == '\n') {
                return at + 1;
            }
        }
        rowless = Math.max(rowless, end);
        return 0;
    }
}
