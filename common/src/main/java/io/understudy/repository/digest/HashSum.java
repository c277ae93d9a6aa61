package io.understudy.repository.digest;

import java.math.BigInteger;

/** A sum of 128-bit hashes modulo 2^128. */
final class HashSum {
    private long high;
    private long low;

    void add(long upper, long lower) {
        long sum = low + lower;
        high += upper + (Long.compareUnsigned(sum, lower) < 0 ? 1 : 0);
        low = sum;
    }

    BigInteger value() {
        return new BigInteger(String.format("%016x%016x", high, low), 16);
    }
}
