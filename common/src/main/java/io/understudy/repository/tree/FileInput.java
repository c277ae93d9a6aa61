package io.understudy.repository.tree;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.files.Sha256;
import io.understudy.files.TreeEntry;
import io.understudy.filestore.BlockInput;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.function.Function;

/**
 * The content of one file, wherever it lies. The read that returns its last byte, or its end, has compared all of it
 * with the hash in the index. Not thread-safe.
 */
public final class FileInput extends BlockInput {
    private final TreeEntry.File file;
    private final InputStream in;
    private final MessageDigest digest = Sha256.digest();
    private long left;
    private boolean checked;

    private FileInput(TreeEntry.File file, InputStream in) {
        this.file = file;
        this.in = in;
        this.left = file.size();
    }

    /**
     * @param entry of a file
     * @param packs gives the content of a pack
     * @param source of its other blobs
     * @throws UnderstudyException {@code BLOB_MISSING}, {@code BLOB_DAMAGED}, now or while it is read
     */
    public static FileInput open(IndexEntry entry, Function<BlobRef, byte[]> packs, BlobSource source) {
        if (!(entry.entry() instanceof TreeEntry.File file)) {
            throw new IllegalArgumentException("no file: " + entry.entry().path());
        }
        return new FileInput(file, unchecked(entry, packs, source));
    }

    /**
     * As {@link #open}, for a reader that takes as many bytes as the file has, and compares their hash itself: more may
     * follow them.
     */
    public static InputStream unchecked(IndexEntry entry, Function<BlobRef, byte[]> packs, BlobSource source) {
        FileContent content = entry.content().orElseThrow();
        InputStream stream = new StreamReader("file " + entry.entry().path(), content.stream(), source);
        return content.packed()
                .<InputStream>map(packed -> new SequenceInputStream(stream, new PackedInput(packed, packs)))
                .orElse(stream);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        int count = left == 0 ? -1 : in.read(target, offset, (int) Math.min(length, left));
        if (count > 0) {
            digest.update(target, offset, count);
            left -= count;
        }
        if (count < 0 || left == 0) {
            check();
        }
        return count;
    }

    private void check() {
        if (checked) {
            return;
        }
        if (left > 0 || !ContentHash.of(digest.digest()).equals(file.hash())) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot read file \"" + file.path() + "\": its content differs from what the index names",
                    "verify the snapshot");
        }
        checked = true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
