package io.understudy.filestore.directory;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.BlockInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Function;

/** Reads an object's file to its end; failures are {@link UnderstudyException}s. */
final class ObjectStream extends BlockInput {
    /**
     * The most bytes of one read: Java keeps, for each thread, a buffer outside the heap as long as its longest read,
     * and that room is small.
     */
    private static final int MOST = 1 << 16;

    private final FileChannel channel;
    private final Function<IOException, UnderstudyException> failure;

    ObjectStream(FileChannel channel, Function<IOException, UnderstudyException> failure) {
        this.channel = channel;
        this.failure = failure;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        try {
            return channel.read(ByteBuffer.wrap(buffer, offset, Math.min(length, MOST)));
        } catch (IOException e) {
            throw failure.apply(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failure.apply(e);
        }
    }
}
