package io.understudy.repository.tree;

import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import java.util.Objects;

/**
 * Small files as one blob: a tar archive (GNU format, long names in entries of their own) without the blocks of zeros
 * that end an archive, so that packs concatenate: {@code zstd -dc a.zst b.zst | tar -x -i} restores them with their
 * exact names. Holds one pack in memory, at most {@link #SIZE} and one file. Not thread-safe.
 */
public final class Pack {
    /** Files of this size and more have streams of their own. */
    public static final int SMALL = 1 << 20;
    /** A pack is put before it grows over this. */
    public static final int SIZE = 16 << 20;

    private final BlobSink sink;
    private byte[] buffer = new byte[64 << 10];
    private int length;

    public Pack(BlobSink sink) {
        this.sink = Objects.requireNonNull(sink);
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** Whether the file still fits; if not, {@link #finish} first. An empty pack takes any small file. */
    public boolean fits(SafePath path, int size) {
        return length == 0 || (long) length + needed(path, size) <= SIZE;
    }

    /**
     * Appends a file.
     *
     * @param size less than {@link #SMALL}
     * @return the offset of its content in the pack
     */
    public long add(SafePath path, Attributes attributes, byte[] content, int size) {
        if (size >= SMALL || !fits(path, size)) {
            throw new IllegalArgumentException("does not fit into a pack: " + size + " bytes");
        }
        reserve(needed(path, size));
        append(TarHeader.of(path, attributes, size), TarHeader.length(path));
        int offset = length;
        append(content, size);
        return offset;
    }

    /** Puts the pack, which must not be empty, and starts the next. */
    public BlobRef finish() {
        BlobRef blob = sink.put(buffer, 0, length);
        length = 0;
        return blob;
    }

    private static int needed(SafePath path, int size) {
        return TarHeader.length(path) + TarHeader.rounded(size);
    }

    private void append(byte[] bytes, int count) {
        System.arraycopy(bytes, 0, buffer, length, count);
        java.util.Arrays.fill(buffer, length + count, length + TarHeader.rounded(count), (byte) 0);
        length += TarHeader.rounded(count);
    }

    private void reserve(int more) {
        if (length + more > buffer.length) {
            buffer = java.util.Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
