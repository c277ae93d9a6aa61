package io.understudy.dump;

import java.io.IOException;
import java.io.OutputStream;

/** Passes on what comes behind the first bytes. */
final class BytesBehind extends OutputStream {
    private final OutputStream out;
    private long left;

    /** @param first how many bytes are left out */
    BytesBehind(OutputStream out, long first) {
        this.out = out;
        this.left = first;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        int skipped = (int) Math.min(left, length);
        left -= skipped;
        if (length > skipped) {
            out.write(source, offset + skipped, length - skipped);
        }
    }
}
