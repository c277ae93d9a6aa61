package io.understudy.repository.digest;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What the rows of a table are, whatever their order: a sum for each bucket of rows. Two tables whose rows differ
 * differ in the buckets of these rows, but for chance; {@code format.md} says how each sum is made, {@link RowDigest}
 * makes them.
 *
 * @param sums 1 to 256 of them, a power of two, each of 32 hexadecimal digits
 */
public record TableDigest(List<String> sums) {
    /** The most buckets: 2^8. */
    static final int MOST = 256;

    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);
    private static final Pattern SUM = Pattern.compile("[0-9a-f]{32}");

    public TableDigest {
        sums = List.copyOf(sums);
        if (Integer.bitCount(sums.size()) != 1 || sums.size() > MOST) {
            throw new IllegalArgumentException("a digest has 1, 2, 4 … " + MOST + " sums, not " + sums.size());
        }
        sums.forEach(sum -> {
            if (!SUM.matcher(sum).matches()) {
                throw new IllegalArgumentException("not a sum of a digest: " + sum);
            }
        });
    }

    /** The numbers of the buckets, from 0, whose rows differ from those of another digest with as many buckets. */
    public List<Integer> differing(TableDigest other) {
        return IntStream.range(0, sums.size())
                .filter(i -> !sums.get(i).equals(other.sums.get(i)))
                .boxed()
                .toList();
    }

    /**
     * The sum of the rows of all these tables together, modulo 2^128: it depends neither on the buckets nor on which
     * row is in which table.
     */
    public static BigInteger total(List<TableDigest> tables) {
        return tables.stream()
                .flatMap(table -> table.sums.stream())
                .map(sum -> new BigInteger(sum, 16))
                .reduce(BigInteger.ZERO, BigInteger::add)
                .mod(MODULUS);
    }
}
