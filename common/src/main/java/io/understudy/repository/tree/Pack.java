package io.understudy.repository.tree;

import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

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

    private static final int BLOCK = 512;
    private static final int SHORT_NAME = 99;
    /** One byte is one character both ways, so every name keeps its bytes. */
    private static final ZipEncoding BYTES = ZipEncodingHelper.getZipEncoding(StandardCharsets.ISO_8859_1.name());

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
        header(path, attributes, size);
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
        int name = path.length() > SHORT_NAME ? BLOCK + rounded(path.length() + 1) : 0;
        return name + BLOCK + rounded(size);
    }

    private static int rounded(int size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private void header(SafePath path, Attributes attributes, int size) {
        String name = new String(path.bytes(), StandardCharsets.ISO_8859_1);
        if (path.length() > SHORT_NAME) {
            TarArchiveEntry link = new TarArchiveEntry(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME);
            link.setModTime(0L);
            link.setIds(0, 0);
            link.setUserName("");
            link.setGroupName("");
            link.setSize(path.length() + 1L);
            write(link);
            append((name + "\0").getBytes(StandardCharsets.ISO_8859_1), path.length() + 1);
        }
        TarArchiveEntry entry = new TarArchiveEntry(
                name.substring(0, Math.min(name.length(), SHORT_NAME)), TarConstants.LF_NORMAL, true);
        entry.setMode(0100000 | attributes.mode());
        entry.setModTime(Math.max(0, attributes.modified().getEpochSecond()) * 1000);
        entry.setIds(0, 0);
        entry.setUserName(clipped(attributes.owner()));
        entry.setGroupName(clipped(attributes.group()));
        entry.setSize(size);
        write(entry);
    }

    private static String clipped(String name) {
        return name.substring(0, Math.min(31, name.length()));
    }

    private void write(TarArchiveEntry entry) {
        byte[] header = new byte[BLOCK];
        try {
            entry.writeEntryHeader(header, BYTES, true);
        } catch (IOException e) {
            throw new IllegalStateException("a header is written to memory", e);
        }
        append(header, BLOCK);
    }

    private void append(byte[] bytes, int count) {
        System.arraycopy(bytes, 0, buffer, length, count);
        java.util.Arrays.fill(buffer, length + count, length + rounded(count), (byte) 0);
        length += rounded(count);
    }

    private void reserve(int more) {
        if (length + more > buffer.length) {
            buffer = java.util.Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
