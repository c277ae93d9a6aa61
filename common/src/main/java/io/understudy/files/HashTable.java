package io.understudy.files;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Numbers by SHA-256, in one flat array with open addressing: 40 bytes a place, of which at most three quarters are
 * taken. Not thread-safe.
 */
public final class HashTable {
    private static final int KEY = ContentHash.LENGTH / Long.BYTES;
    private static final int PLACE = KEY + 1;

    private long[] places = new long[64 * PLACE];
    private int size;

    /** What {@link #forEach} calls. */
    public interface Visitor {
        void visit(long[] key, long number);
    }

    /** @param hash 32 bytes */
    public static long[] key(byte[] hash) {
        long[] key = new long[KEY];
        ByteBuffer.wrap(hash).asLongBuffer().get(key);
        return key;
    }

    /** What {@link #key} made the key of. */
    public static byte[] hash(long[] key) {
        ByteBuffer hash = ByteBuffer.allocate(ContentHash.LENGTH);
        hash.asLongBuffer().put(key);
        return hash.array();
    }

    /** @return 0 when there is none */
    public long get(long[] key) {
        return places[place(places, key) + KEY];
    }

    /**
     * @param number not 0
     * @return false when the key has a number, which it keeps
     */
    public boolean putIfAbsent(long[] key, long number) {
        int place = place(places, key);
        if (places[place + KEY] != 0) {
            return false;
        }
        fill(places, place, key, number);
        size++;
        if (size * 4L > places.length / PLACE * 3L) {
            grow();
        }
        return true;
    }

    public int size() {
        return size;
    }

    public void forEach(Visitor visitor) {
        for (int place = 0; place < places.length; place += PLACE) {
            if (places[place + KEY] != 0) {
                visitor.visit(Arrays.copyOfRange(places, place, place + KEY), places[place + KEY]);
            }
        }
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(places.length, 2)];
        forEach((key, number) -> fill(larger, place(larger, key), key, number));
        places = larger;
    }

    private static void fill(long[] places, int place, long[] key, long number) {
        System.arraycopy(key, 0, places, place, KEY);
        places[place + KEY] = number;
    }

    /** The place that holds the key, or the free one where it belongs. The hash of a hash is any part of it. */
    private static int place(long[] places, long[] key) {
        int count = places.length / PLACE;
        int at = (int) (key[0] & (count - 1));
        while (places[at * PLACE + KEY] != 0 && !Arrays.equals(places, at * PLACE, at * PLACE + KEY, key, 0, KEY)) {
            at = (at + 1) & (count - 1);
        }
        return at * PLACE;
    }
}
