package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Blobs of which one turns out damaged at its last byte, as a source finds it that checks hashes. */
final class BrokenBlobs implements BlobSource {
    private final BlobSource inner;
    private final BlobId broken;

    BrokenBlobs(BlobSource inner, BlobId broken) {
        this.inner = inner;
        this.broken = broken;
    }

    @Override
    public InputStream open(BlobRef blob) {
        InputStream content = inner.open(blob);
        return blob.id().equals(broken) ? failingAtItsEnd(content) : content;
    }

    private static InputStream failingAtItsEnd(InputStream content) {
        try (content) {
            byte[] all = content.readAllBytes();
            return new FilterInputStream(new ByteArrayInputStream(all, 0, all.length - 1)) {
                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int read = super.read(buffer, offset, length);
                    if (read < 0) {
                        throw new UnderstudyException(
                                ErrorCode.BLOB_DAMAGED, "cannot read a blob: its hash differs", "repair the filestore");
                    }
                    return read;
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
