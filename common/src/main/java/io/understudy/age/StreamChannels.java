package io.understudy.age;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Streams as channels, for buffers on the heap. Those of {@link java.nio.channels.Channels} copy every byte once more,
 * in steps of 8 KiB.
 */
final class StreamChannels {
    private StreamChannels() {}

    static WritableByteChannel to(OutputStream out) {
        return new To(out);
    }

    static ReadableByteChannel from(InputStream in) {
        return new From(in);
    }

    private static final class To implements WritableByteChannel {
        private final OutputStream out;
        private boolean open = true;

        To(OutputStream out) {
            this.out = out;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int count = source.remaining();
            out.write(source.array(), source.arrayOffset() + source.position(), count);
            source.position(source.limit());
            return count;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            out.close();
        }
    }

    private static final class From implements ReadableByteChannel {
        private final InputStream in;
        private boolean open = true;

        From(InputStream in) {
            this.in = in;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            int count = in.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
            target.position(target.position() + Math.max(0, count));
            return count;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            in.close();
        }
    }
}
