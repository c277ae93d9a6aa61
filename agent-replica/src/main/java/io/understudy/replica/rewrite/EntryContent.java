package io.understudy.replica.rewrite;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.files.TreeEntry;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads single files of a snapshot into memory. The pack that was read last stays there: small files that follow each
 * other lie in one. Not thread-safe.
 */
final class EntryContent {
    private final BlobSource blobs;
    private BlobRef held;
    private byte[] pack = new byte[0];

    EntryContent(BlobSource blobs) {
        this.blobs = blobs;
    }

    /**
     * @param entry of a file that memory has room for
     * @throws UnderstudyException {@code BLOB_MISSING}, {@code BLOB_DAMAGED}
     */
    byte[] read(IndexEntry entry) {
        TreeEntry.File file = (TreeEntry.File) entry.entry();
        FileContent content = entry.content().orElseThrow();
        ByteArrayOutputStream all = new ByteArrayOutputStream(Math.toIntExact(file.size()));
        try (InputStream stream = new StreamReader("file " + file.path(), content.stream(), blobs)) {
            stream.transferTo(all);
            if (content.packed().isPresent()) {
                readPacks(content.packed().get(), file.size(), all);
            }
        } catch (IOException e) {
            throw damaged(file, e);
        }
        byte[] read = all.toByteArray();
        if (!ContentHash.ofContent(read, 0, read.length).equals(file.hash())) {
            throw damaged(file, null);
        }
        return read;
    }

    private void readPacks(FileContent.Packed packed, long size, ByteArrayOutputStream all) throws IOException {
        int at = Math.toIntExact(packed.offset());
        for (BlobRef each : packed.packs()) {
            byte[] whole = pack(each);
            int count = (int) Math.min(size - all.size(), Math.max(0, whole.length - at));
            all.write(whole, Math.min(at, whole.length), count);
            at = 0;
        }
    }

    private byte[] pack(BlobRef wanted) throws IOException {
        if (!wanted.equals(held)) {
            try (InputStream in = blobs.open(wanted)) {
                pack = in.readAllBytes();
            }
            held = wanted;
        }
        return pack;
    }

    private static UnderstudyException damaged(TreeEntry.File file, IOException cause) {
        return new UnderstudyException(
                ErrorCode.BLOB_DAMAGED,
                "cannot read file " + file.path() + ": its content differs from what the index names",
                "verify the snapshot",
                cause);
    }
}
