package io.understudy.repository.blob;

import java.io.InputStream;

/** Gives blobs. Thread-safe. */
public interface BlobSource {
    /**
     * The plain content, decoded as it is read. The last {@code read} checks length and hash, so content is authentic
     * exactly when the stream has returned its end; a caller that acts on it before must be able to undo.
     *
     * @throws io.understudy.failure.UnderstudyException {@code BLOB_MISSING}; from {@code read}: {@code BLOB_DAMAGED}
     */
    InputStream open(BlobRef blob);
}
