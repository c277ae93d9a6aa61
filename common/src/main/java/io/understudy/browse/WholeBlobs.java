package io.understudy.browse;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Blobs that are read and compared with their hash before a byte of them is given: at most 64 MiB at a time. */
public record WholeBlobs(BlobSource source) implements BlobSource {
    @Override
    public InputStream open(BlobRef blob) {
        return new ByteArrayInputStream(content(blob));
    }

    /** @throws UnderstudyException {@code BLOB_MISSING}, {@code BLOB_DAMAGED} */
    public byte[] content(BlobRef blob) {
        try (InputStream in = source.open(blob)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot read blob " + blob.id() + ": " + e.getMessage(),
                    "verify the snapshot",
                    e);
        }
    }
}
