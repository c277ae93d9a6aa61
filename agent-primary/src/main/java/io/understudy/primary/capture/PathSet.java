package io.understudy.primary.capture;

import io.understudy.files.TreeEntry;
import io.understudy.repository.digest.Murmur3;
import io.understudy.repository.tree.IndexEntry;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * The paths of the files and links of a tree, by a hash of 64 bits each: 8 bytes a path. That two of a million paths
 * have one hash, and a missing one is thus taken to be there, happens once in 37 million trees.
 */
final class PathSet {
    /** 64 MB of hashes. */
    static final int MOST = 8_000_000;

    private final long[] hashes;

    private PathSet(long[] hashes) {
        this.hashes = hashes;
    }

    /** @param most how many entries there are at most */
    static PathSet of(Stream<IndexEntry> entries, int most) {
        long[] hashes = new long[most];
        int count = 0;
        for (Iterator<IndexEntry> each = entries.iterator(); each.hasNext(); ) {
            TreeEntry entry = each.next().entry();
            if (!(entry instanceof TreeEntry.Folder)) {
                byte[] path = entry.path().bytes();
                hashes = count == hashes.length ? Arrays.copyOf(hashes, count + 1024) : hashes;
                hashes[count++] = hash(path, path.length);
            }
        }
        long[] all = Arrays.copyOf(hashes, count);
        Arrays.sort(all);
        return new PathSet(all);
    }

    boolean holds(byte[] path) {
        return Arrays.binarySearch(hashes, hash(path, path.length)) >= 0;
    }

    static long hash(byte[] bytes, int length) {
        Murmur3 murmur = new Murmur3();
        murmur.update(bytes, 0, length);
        murmur.finish();
        return murmur.low();
    }
}
