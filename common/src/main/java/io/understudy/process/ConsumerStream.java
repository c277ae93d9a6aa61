package io.understudy.process;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;

/**
 * A program's standard output, which fails rather than ends when the program was killed: half of it must not pass for
 * all of it.
 */
final class ConsumerStream extends FilterInputStream {
    private final BooleanSupplier killed;
    private final LastByte last;

    ConsumerStream(InputStream in, BooleanSupplier killed, LastByte last) {
        super(in);
        this.killed = killed;
        this.last = last;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        if (count < 0 && killed.getAsBoolean()) {
            throw new IOException("the program was ended");
        }
        if (count > 0) {
            last.moved();
        }
        return count;
    }

    /** The program's stream stays open until the program is done with it. */
    @Override
    public void close() {}

    /** Drops what the consumer did not want, so that the program need not wait. */
    void drain() throws IOException {
        transferTo(java.io.OutputStream.nullOutputStream());
    }
}
