package io.understudy.replica.hold;

import io.understudy.files.TreeEntry;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.FileInput;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Looks at the beginning of files: 64 KiB at most. A small file lies in a pack of up to 16 MiB, which is read whole;
 * one pack is held. Not thread-safe.
 */
final class ContentLook {
    private static final int LENGTH = 64 << 10;

    private final BlobSource blobs;
    private BlobRef packed;
    private byte[] pack = {};

    ContentLook(BlobSource blobs) {
        this.blobs = blobs;
    }

    /** Whether it begins with bytes that show no kind of file, and no order. */
    boolean isRandom(IndexEntry entry) {
        byte[] head = head(entry);
        return head.length >= ChangedSample.SMALLEST && !KnownKinds.isKnown(head) && Entropy.isHigh(head);
    }

    private byte[] head(IndexEntry entry) {
        long size = ((TreeEntry.File) entry.entry()).size();
        try (InputStream in = FileInput.unchecked(entry, this::pack, blobs)) {
            return in.readNBytes((int) Math.min(LENGTH, size));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] pack(BlobRef wanted) {
        if (!wanted.equals(packed)) {
            try (InputStream in = blobs.open(wanted)) {
                pack = in.readAllBytes();
                packed = wanted;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return pack;
    }
}
