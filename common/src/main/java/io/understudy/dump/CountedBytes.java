package io.understudy.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Counts what is written. */
final class CountedBytes extends OutputStream {
    private long bytes;

    /** How many a content has: it is made, and dropped. */
    static long of(DumpMembers.Content content) {
        try {
            CountedBytes count = new CountedBytes();
            content.write(count, 0);
            return count.bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(int value) {
        bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        bytes += length;
    }
}
