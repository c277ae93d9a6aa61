package io.understudy.repository.blob;

import io.understudy.failure.UnderstudyException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * A blob in its stored form, in memory, on its way from one repository to another. Used again for the next one. Not
 * thread-safe.
 */
public final class StoredBlob {
    private static final int SMALLEST = 64 << 10;

    private static final int STEP = 4 << 20;

    private byte[] buffer = new byte[SMALLEST];
    private BlobRef blob;
    private int length;

    /** Reads the blob and checks it; throws {@code BLOB_MISSING} and {@code BLOB_DAMAGED}. */
    public void read(Blobs source, BlobRef wanted) {
        blob = wanted;
        length = 0;
        reserve(1 + Math.min(wanted.stored(), BlobCodec.mostStored(wanted.bytes())));
        try (InputStream in = source.openStored(wanted)) {
            fill(in);
            check(source);
        } catch (IOException e) {
            throw Blobs.unreadable(wanted, e);
        } catch (UnderstudyException e) {
            throw Blobs.named(wanted, source.name(), e);
        }
    }

    /** Writes what was read; durable on return. */
    public void write(Blobs target) {
        target.putStored(blob.id(), buffer, length);
    }

    public int length() {
        return length;
    }

    private void fill(InputStream in) throws IOException {
        for (int count = 0; count >= 0; ) {
            length += count;
            reserve(length + 1L);
            count = in.read(buffer, length, buffer.length - length);
        }
    }

    private void check(Blobs source) throws IOException {
        try (InputStream plain = source.decoded(blob, new ByteArrayInputStream(buffer, 0, length))) {
            plain.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** In few steps, and never much more than is wanted: each thread that copies blobs has such a buffer. */
    private void reserve(long size) {
        if (size > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.toIntExact((size + STEP - 1) / STEP * STEP));
        }
    }
}
