package io.understudy.dump;

import io.understudy.files.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Writes a file on from a place, and hashes it in pieces. Not thread-safe. */
final class PieceOutput extends OutputStream {
    private static final int BLOCK = 64 << 10;

    private final FileChannel file;
    private final MessageDigest digest = Sha256.digest();
    private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
    private long flushed;

    /** @param from bytes of the file that stay */
    PieceOutput(FileChannel file, long from) throws IOException {
        this.file = file;
        this.flushed = from;
        file.position(from);
    }

    /** Of a piece that was written: SHA-256 of the bytes from one place to the other. */
    static String hash(FileChannel file, long from, long to) throws IOException {
        MessageDigest digest = Sha256.digest();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        for (long at = from; at < to; at += block.position()) {
            block.clear().limit((int) Math.min(BLOCK, to - at));
            if (file.read(block, at) < 0) {
                throw new EOFException("it ends before " + to + " bytes");
            }
            digest.update(block.array(), 0, block.position());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Bytes of the file, with those that are not flushed yet. */
    long end() {
        return flushed + buffer.position();
    }

    /** Flushes. @return the hash of what was written since the last piece */
    String endPiece() throws IOException {
        flush();
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        digest.update(bytes, offset, length);
        int at = offset;
        while (at < offset + length) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int count = Math.min(buffer.remaining(), offset + length - at);
            buffer.put(bytes, at, count);
            at += count;
        }
    }

    @Override
    public void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            flushed += file.write(buffer);
        }
        buffer.clear();
    }

    /** What was not flushed is lost. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
