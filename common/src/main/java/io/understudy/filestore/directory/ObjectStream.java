package io.understudy.filestore.directory;

import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Function;

/** Reads an object's file to its end; failures are {@link UnderstudyException}s. */
final class ObjectStream extends InputStream {
    /** The most bytes of one read: Java keeps, for each thread, a buffer beside the heap as long as its longest read, and that room is small. */
    private static final int MOST = 1 << 16;

    private final FileChannel channel;
    private final Function<IOException, UnderstudyException> failure;

    ObjectStream(FileChannel channel, Function<IOException, UnderstudyException> failure) {
        this.channel = channel;
        this.failure = failure;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
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
