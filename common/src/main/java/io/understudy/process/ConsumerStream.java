package io.understudy.process;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;

/**
 * A program's standard output, which fails rather than ends when the program was killed: half of it must not pass for
 * all of it.
 */
final class ConsumerStream extends WatchedStream {
    private final BooleanSupplier killed;
    private final LastByte last;

    ConsumerStream(InputStream in, BooleanSupplier killed, LastByte last) {
        super(in);
        this.killed = killed;
        this.last = last;
    }

    @Override
    protected void passed(byte[] buffer, int offset, int count) throws IOException {
        if (count < 0 && killed.getAsBoolean()) {
            throw new IOException("the program was ended");
        }
        if (count > 0) {
            last.moved();
        }
    }

    /** The program's stream stays open until the program is done with it. */
    @Override
    public void close() {}

    /** Drops what the consumer did not want, so that the program need not wait. */
    void drain() throws IOException {
        transferTo(java.io.OutputStream.nullOutputStream());
    }
}
