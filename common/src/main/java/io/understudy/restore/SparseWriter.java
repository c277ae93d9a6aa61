package io.understudy.restore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Writes a new file and leaves holes where whole blocks of 4 KiB are zeros: they read as zeros and take no room. Not
 * thread-safe.
 */
final class SparseWriter {
    static final int BLOCK = 4096;
    private static final byte[] ZEROS = new byte[BLOCK];

    private final FileChannel out;
    private long position;

    /** @param out empty, and written by no one else */
    SparseWriter(FileChannel out) {
        this.out = out;
    }

    /**
     * Blocks are counted from the start of the file, whatever the portions are in which it comes; runs of data are one
     * operation.
     */
    void write(byte[] bytes, int length) throws IOException {
        int data = 0;
        int at = 0;
        while (at < length) {
            int end = Math.min(length, at + BLOCK - (int) ((position + at) % BLOCK));
            if (end - at == BLOCK && Arrays.equals(bytes, at, end, ZEROS, 0, BLOCK)) {
                put(bytes, data, at);
                data = end;
            }
            at = end;
        }
        put(bytes, data, length);
        position += length;
    }

    /** A file that ends with a hole gets its size by its last byte. */
    void finish() throws IOException {
        if (out.size() < position) {
            out.write(ByteBuffer.wrap(ZEROS, 0, 1), position - 1);
        }
    }

    private void put(byte[] bytes, int from, int to) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(bytes, from, to - from);
        long offset = position + from;
        while (data.hasRemaining()) {
            offset += out.write(data, offset);
        }
    }
}
