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

    public InputStream open() throws IOException {
        return source.open();
    }
}
