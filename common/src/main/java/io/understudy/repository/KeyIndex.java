package io.understudy.repository;

import java.util.Arrays;

/**
 * Numbers keys in the order in which they come, from 0 on. Keys are known by hashes of 128 bits; open addressing, at
 * most half full, so 24 to 48 bytes for each. Not thread-safe while keys are added.
 */
final class KeyIndex {
    private static final int SMALLEST = 1 << 7;

    private long[] high = new long[SMALLEST];
    private long[] low = new long[SMALLEST];
    /** Number of the key plus one; 0 where there is none. */
    private int[] slots = new int[2 * SMALLEST];

    private int size;

    /** @return the number of the key, a new one where it has none */
    int add(long upper, long lower) {
        int slot = slot(upper, lower);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        if (size == high.length) {
            grow();
            slot = slot(upper, lower);
        }
        high[size] = upper;
        low[size] = lower;
        slots[slot] = ++size;
        return size - 1;
    }

    /** @return the number of the key, -1 where it has none */
    int find(long upper, long lower) {
        return slots[slot(upper, lower)] - 1;
    }

    /** Where the key is or would be. */
    private int slot(long upper, long lower) {
        int mask = slots.length - 1;
        int at = (int) lower & mask;
        while (slots[at] != 0 && (high[slots[at] - 1] != upper || low[slots[at] - 1] != lower)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        high = Arrays.copyOf(high, 2 * size);
        low = Arrays.copyOf(low, 2 * size);
        slots = new int[4 * size];
        for (int number = 0; number < size; number++) {
            slots[slot(high[number], low[number])] = number + 1;
        }
    }
}
