package io.understudy.process;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Another stream, of which all that is read passes one place. Not thread-safe. */
public abstract class WatchedStream extends FilterInputStream {
    protected WatchedStream(InputStream in) {
        super(in);
    }

    /**
     * Looks at what was read, before the reader has it.
     *
     * @param count of bytes from the offset on; below 0 at the end of the stream
     * @throws IOException which the reader gets in the place of these bytes
     */
    protected abstract void passed(byte[] buffer, int offset, int count) throws IOException;

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public final int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        passed(buffer, offset, count);
        return count;
    }
}
