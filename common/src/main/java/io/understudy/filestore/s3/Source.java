package io.understudy.filestore.s3;

import io.understudy.filestore.BlockInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Content on its way up, which remembers whether it was itself what failed. Read by the client's threads, one after another. */
final class Source extends BlockInput {
    private final InputStream in;
    private volatile long left;
    private volatile IOException failure;

    Source(InputStream in, long length) {
        this.in = in;
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
    public void close() throws IOException {
        in.close();
    }
}
