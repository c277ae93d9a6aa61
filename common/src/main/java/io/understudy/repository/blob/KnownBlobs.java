package io.understudy.repository.blob;

import io.understudy.files.HashTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * A set of blobs with their stored sizes in little memory: about 50 bytes a blob, 13 MB for a terabyte of content.
 * Thread-safe.
 */
public final class KnownBlobs {
    /** Stored bytes and one: a table holds no 0. */
    private final HashTable table = new HashTable();

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

    /** Adds what the other set holds, which must not change while this runs. */
    public synchronized void addAll(KnownBlobs other) {
        other.table.forEach((key, stored) -> add(key, stored - 1));
    }

    public void addAll(Iterable<BlobRef> blobs) {
        blobs.forEach(this::add);
    }

    /** The blobs of this set that have a property. */
    public synchronized KnownBlobs within(Predicate<BlobId> property) {
        KnownBlobs some = none();
        table.forEach((key, stored) -> {
            if (property.test(BlobId.of(HashTable.hash(key)))) {
                some.add(key, stored - 1);
            }
        });
        return some;
    }

    /** Those of which the property holds. */
    public synchronized List<BlobId> ids(Predicate<BlobId> property) {
        List<BlobId> some = new ArrayList<>();
        table.forEach((key, stored) -> {
            BlobId id = BlobId.of(HashTable.hash(key));
            if (property.test(id)) {
                some.add(id);
            }
        });
        return some;
    }

    /** Bytes of the blob as stored; empty when it is not in the set. */
    public synchronized OptionalLong stored(BlobId id) {
        long stored = table.get(key(id));
        return stored == 0 ? OptionalLong.empty() : OptionalLong.of(stored - 1);
    }

    public boolean contains(BlobId id) {
        return stored(id).isPresent();
    }

    public synchronized int size() {
        return table.size();
    }

    /** Bytes of all blobs of the set, as stored. */
    public synchronized long storedBytes() {
        return storedBytes;
    }

    /** Bytes of all blobs of these sets, as stored, each counted once. Makes no set of them all. */
    public static long storedBytes(Collection<KnownBlobs> sets) {
        List<KnownBlobs> largestFirst = sets.stream()
                .distinct()
                .sorted(Comparator.comparingInt(KnownBlobs::size).reversed())
                .toList();
        long[] sum = new long[1];
        for (int i = 0; i < largestFirst.size(); i++) {
            List<KnownBlobs> before = largestFirst.subList(0, i);
            sum[0] += largestFirst.get(i).storedBytes();
            if (i > 0) {
                largestFirst.get(i).forEach((key, stored) -> {
                    if (before.stream().anyMatch(set -> set.holds(key))) {
                        sum[0] -= stored - 1;
                    }
                });
            }
        }
        return sum[0];
    }

    private synchronized void forEach(HashTable.Visitor visitor) {
        table.forEach(visitor);
    }

    private synchronized boolean holds(long[] key) {
        return table.get(key) != 0;
    }

    private boolean add(long[] key, long stored) {
        boolean added = table.putIfAbsent(key, stored + 1);
        if (added) {
            storedBytes += stored;
        }
        return added;
    }

    private static long[] key(BlobId id) {
        return HashTable.key(HexFormat.of().parseHex(id.hex()));
    }
}
