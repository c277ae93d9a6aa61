package io.understudy.filestore.s3;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.BlockInput;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;

/** A download; failures in mid-stream are {@link UnderstudyException}s. */
final class ObjectStream extends BlockInput {
    private final InputStream in;
    private final Function<IOException, UnderstudyException> failure;

    ObjectStream(InputStream in, Function<IOException, UnderstudyException> failure) {
        this.in = in;
        this.failure = failure;
    }

    /** Closes an answer that came when no thread waited for it any more. */
    static void discard(InputStream in) {
        try {
            in.close();
        } catch (IOException nobodyCares) {
            return;
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        try {
            return in.read(buffer, offset, length);
        } catch (IOException e) {
            throw failure.apply(e);
        }
    }

    @Override
    public void close() {
        discard(in);
    }
}
