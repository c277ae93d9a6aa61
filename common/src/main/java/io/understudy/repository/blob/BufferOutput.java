package io.understudy.repository.blob;

import java.io.OutputStream;

/** Writes into a buffer that is long enough. */
final class BufferOutput extends OutputStream {
    private final byte[] buffer;
    private int length;

    BufferOutput(byte[] buffer) {
        this.buffer = buffer;
    }

    @Override
    public void write(int b) {
        buffer[length++] = (byte) b;
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        System.arraycopy(source, offset, buffer, length, count);
        length += count;
    }

    /** Bytes that were written. */
    int length() {
        return length;
    }
}
