package io.understudy.filestore.s3;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Content on its way up, which remembers whether it was itself what failed. Read by the client's threads, one after another. */
final class Source extends FilterInputStream {
    private volatile long left;
    private volatile IOException failure;

    Source(InputStream in, long length) {
        super(in);
        this.left = length;
    }

    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** @throws EOFException when the content is shorter than it said */
    void requireWhole() throws EOFException {
        if (left > 0) {
            EOFException early = new EOFException("it ended early, " + left + " bytes are missing");
            failure = early;
            throw early;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        try {
            int count = in.read(buffer, offset, (int) Math.min(length, left));
            if (count < 0) {
                requireWhole();
            }
            left -= count;
            return count;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
