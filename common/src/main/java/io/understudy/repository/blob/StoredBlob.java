package io.understudy.repository.blob;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.WriteBatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A blob in its stored form, in memory, on its way from one repository to another. Used again for the next one. A long
 * one waits for memory, and gives it back when it is read again or closed. Not thread-safe.
 */
public final class StoredBlob implements AutoCloseable {
    private static final int SMALLEST = 64 << 10;

    private byte[] buffer = new byte[SMALLEST];
    private String key;
    private BlobRef blob;
    private int length;
    private int taken;

    /** Reads the blob and checks it; throws {@code BLOB_MISSING}, {@code BLOB_DAMAGED} and {@code CANCELLED}. */
    public void read(Blobs source, BlobRef wanted) {
        close();
        blob = wanted;
        key = source.object(wanted.id());
        length = 0;
        long size = 1 + Math.min(wanted.stored(), source.mostStored(wanted.bytes()));
        taken = MemoryBudget.TRANSFER.take(size);
        reserve(size);
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

    /** Writes what was read; durable when the batch is settled. */
    public void write(WriteBatch batch) {
        batch.put(key, Content.of(buffer, length));
    }

    public int length() {
        return length;
    }

    /** Frees what a long blob takes. */
    @Override
    public void close() {
        if (MemoryBudget.isLong(buffer.length)) {
            LongBuffers.SHARED.give(buffer);
            buffer = new byte[SMALLEST];
        }
        MemoryBudget.TRANSFER.give(taken);
        taken = 0;
    }

    private void fill(InputStream in) throws IOException {
        for (int count = 0; count >= 0; ) {
            length += count;
            reserve(length + 1L);
            count = in.read(buffer, length, buffer.length - length);
        }
    }

    /** Sealed content of an encrypted repository is checked by who may open it. */
    private void check(Blobs source) throws IOException {
        try (InputStream plain = source.decoded(blob, new ByteArrayInputStream(buffer, 0, length))) {
            plain.transferTo(OutputStream.nullOutputStream());
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.IDENTITY_MISSING) {
                throw e;
            }
        }
    }

    /** In few steps, and never much more than is wanted: each thread that copies blobs has such a buffer. */
    private void reserve(long size) {
        if (size > buffer.length) {
            buffer = LongBuffers.SHARED.longer(buffer, length, size);
        }
    }
}
