package io.understudy.repository.blob;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;

/**
 * A set of blobs with their stored sizes in little memory: about 50 bytes a blob, 13 MB for a terabyte of content. Thread-safe.
 */
public final class KnownBlobs {
    private static final int WORDS = 5;
    private static final int STORED = 4;

    private long[] slots = new long[64 * WORDS];
    private int size;
    private long storedBytes;

    public static KnownBlobs none() {
        return new KnownBlobs();
    }

    public void add(BlobRef blob) {
        addNew(blob);
    }

    /** @return false when it was in the set already; the set is unchanged then */
    public synchronized boolean addNew(BlobRef blob) {
        return add(key(blob.id()), blob.stored());
    }

    /** Adds what the other set holds, which must not change meanwhile. */
    public synchronized void addAll(KnownBlobs other) {
        for (int slot = 0; slot < other.slots.length; slot += WORDS) {
            if (other.slots[slot + STORED] != 0) {
                add(Arrays.copyOfRange(other.slots, slot, slot + STORED), other.slots[slot + STORED] - 1);
            }
        }
    }

    public void addAll(Iterable<BlobRef> blobs) {
        blobs.forEach(this::add);
    }

    /** Bytes of the blob as stored; empty when it is not in the set. */
    public synchronized OptionalLong stored(BlobId id) {
        int slot = slot(slots, key(id));
        return slots[slot + STORED] == 0 ? OptionalLong.empty() : OptionalLong.of(slots[slot + STORED] - 1);
    }

    public boolean contains(BlobId id) {
        return stored(id).isPresent();
    }

    public synchronized int size() {
        return size;
    }

    /** Bytes of all blobs of the set, as stored. */
    public synchronized long storedBytes() {
        return storedBytes;
    }

    private boolean add(long[] key, long stored) {
        int slot = slot(slots, key);
        if (slots[slot + STORED] != 0) {
            return false;
        }
        fill(slots, slot, key, stored + 1);
        storedBytes += stored;
        size++;
        if (size * 4L > slots.length / WORDS * 3L) {
            grow();
        }
        return true;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(slots.length, 2)];
        for (int from = 0; from < slots.length; from += WORDS) {
            if (slots[from + STORED] != 0) {
                long[] key = Arrays.copyOfRange(slots, from, from + STORED);
                fill(larger, slot(larger, key), key, slots[from + STORED]);
            }
        }
        slots = larger;
    }

    private static void fill(long[] table, int slot, long[] key, long stored) {
        System.arraycopy(key, 0, table, slot, STORED);
        table[slot + STORED] = stored;
    }

    /** The slot that holds the key, or the free one where it belongs. The hash of a hash is any part of it. */
    private static int slot(long[] table, long[] key) {
        int count = table.length / WORDS;
        int at = (int) (key[0] & (count - 1));
        while (table[at * WORDS + STORED] != 0
                && !Arrays.equals(table, at * WORDS, at * WORDS + STORED, key, 0, STORED)) {
            at = (at + 1) & (count - 1);
        }
        return at * WORDS;
    }

    private static long[] key(BlobId id) {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(id.hex()));
        return new long[] {bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()};
    }
}
