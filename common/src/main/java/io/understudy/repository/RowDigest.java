package io.understudy.repository;

import io.understudy.files.Sha256;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A digest of rows that does not depend on their order: the sum modulo 2<sup>128</sup> of the first 128 bits of each row's SHA-256. Equal rows
 * count as often as they occur (multiset hash of addition, Clarke et al., ASIACRYPT 2003). Each call of {@code write} is one row.
 */
public final class RowDigest extends OutputStream {
    private static final int BYTES = 16;
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(8 * BYTES);

    private final MessageDigest hash = Sha256.digest();
    private BigInteger sum = BigInteger.ZERO;

    @Override
    public void write(byte[] row, int offset, int length) {
        hash.update(row, offset, length);
        add(new BigInteger(1, Arrays.copyOf(hash.digest(), BYTES)));
    }

    @Override
    public void write(int row) {
        write(new byte[] {(byte) row}, 0, 1);
    }

    /** Adds the rows of another digest, as {@link #toString} gave it. */
    public void add(String digest) {
        add(new BigInteger(digest, 16));
    }

    private void add(BigInteger rows) {
        sum = sum.add(rows).mod(MODULUS);
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        byte[] bytes = sum.toByteArray();
        byte[] all = new byte[BYTES];
        int length = Math.min(BYTES, bytes.length);
        System.arraycopy(bytes, bytes.length - length, all, BYTES - length, length);
        return HexFormat.of().formatHex(all);
    }
}
