package io.understudy.testing;

import io.understudy.failure.UnderstudyException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Gives so many bytes, then fails, or ends as if there were no more. */
final class FaultyStream extends FilterInputStream {
    private final Optional<UnderstudyException> failure;
    private long left;

    FaultyStream(InputStream in, long left, Optional<UnderstudyException> failure) {
        super(in);
        this.left = left;
        this.failure = failure;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            if (failure.isPresent()) {
                throw failure.get();
            }
            return -1;
        }
        int count = super.read(buffer, offset, (int) Math.min(length, left));
        left -= Math.max(count, 0);
        return count;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
