package io.understudy.admin;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Messages on the socket, each after its length as a varint. They are read and written by the channel itself: Java's
 * streams over one channel share a lock, so a thread that waits for the other side would keep another from writing.
 */
final class AdminMessages {
    static final int LARGEST_REQUEST = 128 << 10;
    static final int LARGEST_REPLY = 1 << 20;
    private static final int BITS = 7;
    private static final int MORE = 0x80;

    private AdminMessages() {}

    /**
     * @param largest in bytes
     * @return null at the end
     * @throws IOException also when it is no such message, or a larger one
     */
    static <T> T read(SocketChannel channel, Parser<T> parser, int largest) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        if (channel.read(one) < 0) {
            return null;
        }
        long length = 0;
        int shift = 0;
        while ((one.get(0) & MORE) != 0 && length <= largest && shift < Integer.SIZE) {
            length |= (long) (one.get(0) & ~MORE & 0xff) << shift;
            shift += BITS;
            fill(channel, one.clear());
        }
        length |= (long) (one.get(0) & 0xff) << shift;
        if (length > largest) {
            throw new InvalidProtocolBufferException("a message of " + length + " bytes; the limit is " + largest);
        }
        ByteBuffer message = ByteBuffer.allocate((int) length);
        fill(channel, message);
        return parser.parseFrom(message.array());
    }

    private static void fill(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the connection ended in a message");
            }
        }
    }

    static void write(SocketChannel channel, MessageLite message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        message.writeDelimitedTo(bytes);
        ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
        while (all.hasRemaining()) {
            channel.write(all);
        }
    }
}
