package io.understudy.replica.fetch;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/**
 * Blobs of the mirror, and of the filestore what the mirror lacks or has damaged. One of the mirror is read whole
 * before it is given, so that it can still be read elsewhere: at most 64 MiB. Changes nothing.
 */
record MirrorFirst(BlobSource mirror, Supplier<? extends BlobSource> filestore) implements BlobSource {
    @Override
    public InputStream open(BlobRef blob) {
        try (InputStream in = mirror.open(blob)) {
            return new ByteArrayInputStream(in.readAllBytes());
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob()) {
                throw e;
            }
            return elsewhere(blob, e);
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot read blob " + blob.id() + " of the mirror: " + e,
                    "check the disk and the system's log",
                    e);
        }
    }

    /** What the mirror lacks is the failure where the filestore is away, too. */
    private InputStream elsewhere(BlobRef blob, UnderstudyException here) {
        try {
            return filestore.get().open(blob);
        } catch (UnderstudyException e) {
            e.addSuppressed(here);
            throw e;
        }
    }
}
