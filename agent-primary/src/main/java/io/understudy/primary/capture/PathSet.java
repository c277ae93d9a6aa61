package io.understudy.primary.capture;

import io.understudy.repository.digest.Murmur3;
import java.util.Arrays;

/**
 * Paths, by a hash of 64 bits each: 8 bytes a path. That two of a million paths have one hash, and a missing one is
 * thus taken to be there, happens once in 37 million trees.
 */
final class PathSet {
    /** 64 MB of hashes. */
    static final int MOST = 8_000_000;

    private final long[] hashes;

    private PathSet(long[] hashes) {
        this.hashes = hashes;
    }

    boolean holds(byte[] path) {
        return Arrays.binarySearch(hashes, hash(path)) >= 0;
    }

    static long hash(byte[] path) {
        Murmur3 murmur = new Murmur3();
        murmur.update(path, 0, path.length);
        murmur.finish();
        return murmur.low();
    }

    /** Takes paths in any order, each as often as it comes. */
    static final class Builder {
        private long[] hashes = new long[1024];
        private int count;

        /** @return false when there are too many, and this one was not taken */
        boolean add(byte[] path) {
            if (count == MOST) {
                return false;
            }
            if (count == hashes.length) {
                hashes = Arrays.copyOf(hashes, Math.min(MOST, count + count / 2));
            }
            hashes[count++] = hash(path);
            return true;
        }

        PathSet build() {
            long[] all = Arrays.copyOf(hashes, count);
            Arrays.sort(all);
            return new PathSet(all);
        }
    }
}
