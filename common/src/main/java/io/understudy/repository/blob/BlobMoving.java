package io.understudy.repository.blob;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.WriteBatch;

/** Encrypts plain blobs into encrypted forms of the same name, next to them. Thread-safe. */
public final class BlobMoving {
    /** What a blob that is well compressed takes when it is read, at most as long as a blob can be. */
    private static final int TIMES = 8;

    private final Blobs plain;
    private final Blobs encrypted;

    /** Both in one filestore. */
    public BlobMoving(Blobs plain, Blobs encrypted) {
        this.plain = plain;
        this.encrypted = encrypted;
    }

    /**
     * Durable on return; over the encrypted form that is there.
     *
     * @param stored bytes of the plain form
     * @param names whether it only names blobs, and the primary may read it
     * @return false when the plain form is damaged, or gone
     * @throws UnderstudyException what the filestore throws
     */
    public boolean move(BlobId blob, long stored, boolean names) {
        int taken = MemoryBudget.TRANSFER.take(Math.min(Blobs.LONGEST, TIMES * stored));
        try (WriteBatch batch = encrypted.batch()) {
            byte[] content = plain.readWhole(blob);
            encrypted.write(blob, content, 0, content.length, names, 0, batch);
            batch.settle();
            return true;
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob()) {
                throw e;
            }
            return false;
        } finally {
            MemoryBudget.TRANSFER.give(taken);
        }
    }
}
