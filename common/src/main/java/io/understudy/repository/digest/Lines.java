package io.understudy.repository.digest;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;

/**
 * Lines of COPY's text format, in no order.
 *
 * @param rows how many; a line that is there twice counts twice
 * @param bytes of all of them, newlines included
 * @param sum of their hashes modulo 2^128, as {@link TableDigest#total()} has it
 */
public record Lines(long rows, long bytes, BigInteger sum, Source source) {
    /** Gives all lines again with each call. */
    @FunctionalInterface
    public interface Source {
        InputStream open() throws IOException;
    }

    /** Reads the lines once to know what they are. */
    public static Lines of(Source source) throws IOException {
        Murmur3 hash = new Murmur3();
        HashSum sum = new HashSum();
        long rows = 0;
        long bytes = 0;
        byte[] buffer = new byte[64 << 10];
        try (InputStream in = source.open()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
                int start = 0;
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        hash.update(buffer, start, i);
                        hash.finish();
                        sum.add(hash.high(), hash.low());
                        rows++;
                        start = i + 1;
                    }
                }
                hash.update(buffer, start, read);
            }
        }
        return new Lines(rows, bytes, sum.value(), source);
    }

    public InputStream open() throws IOException {
        return source.open();
    }
}
