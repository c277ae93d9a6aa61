package io.understudy.repository;

import io.understudy.repository.blob.BlobId;
import java.util.Optional;

/**
 * A range of blobs' names, by the first 64 bits of each, taken as numbers without a sign.
 *
 * @param from,to the first and the last, inclusive
 */
record BlobRange(long from, long to) {
    static final BlobRange ALL = new BlobRange(0, -1);

    private static final int DIGITS = 16;

    private static long bits(BlobId blob) {
        return Long.parseUnsignedLong(blob.hex().substring(0, DIGITS), DIGITS);
    }

    boolean contains(BlobId blob) {
        long bits = bits(blob);
        return Long.compareUnsigned(bits, from) >= 0 && Long.compareUnsigned(bits, to) <= 0;
    }

    /** Whether the blob's name lies behind the range. */
    boolean isBefore(BlobId blob) {
        return Long.compareUnsigned(bits(blob), to) > 0;
    }

    /** What {@link io.understudy.repository.blob.Blobs#list(String)} begins with. */
    String first() {
        return "%016x".formatted(from);
    }

    BlobRange lowerHalf() {
        return new BlobRange(from, from + (to - from >>> 1));
    }

    /** All behind it. */
    Optional<BlobRange> rest() {
        return to == ALL.to ? Optional.empty() : Optional.of(new BlobRange(to + 1, ALL.to));
    }
}
