package io.understudy.filestore;

import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that is read in blocks: a single byte is a block of one. What is passed over is read too, where a subclass
 * does not know better.
 */
public abstract class BlockInput extends InputStream {
    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** As {@link InputStream#read(byte[], int, int)}. */
    @Override
    public abstract int read(byte[] buffer, int offset, int length) throws IOException;
}
