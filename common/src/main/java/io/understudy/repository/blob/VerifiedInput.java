package io.understudy.repository.blob;

import com.github.luben.zstd.ZstdIOException;
import io.understudy.age.AgeException;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.BlockInput;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A blob's decoded content, checked against the blob's length and hash. The check comes before the read that completes
 * the content returns, so a reader that asks for exactly the bytes it expects is protected too, and never gives more
 * than the blob's length.
 */
final class VerifiedInput extends BlockInput {
    private final String store;
    private final BlobRef blob;
    private final InputStream decoded;
    private final Naming.Digest digest;
    private long read;
    private boolean checked;

    VerifiedInput(String store, BlobRef blob, Naming naming, InputStream decoded) {
        this.store = store;
        this.blob = blob;
        this.digest = naming.begin();
        this.decoded = decoded;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        int count = read == blob.bytes() ? -1 : decode(target, offset, (int) Math.min(length, blob.bytes() - read));
        if (count > 0) {
            digest.update(target, offset, count);
            read += count;
        }
        if (count < 0 || read == blob.bytes()) {
            check();
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        decoded.close();
    }

    private void check() throws IOException {
        if (checked) {
            return;
        }
        if (read < blob.bytes()) {
            throw damaged("it holds " + read + " bytes where " + blob.bytes() + " are expected", null);
        }
        if (decode(new byte[1], 0, 1) >= 0) {
            throw damaged("it holds more than the " + blob.bytes() + " bytes that are expected", null);
        }
        BlobId actual = digest.name();
        if (!actual.equals(blob.id()) && !digest.wasCalled(blob.id())) {
            throw damaged("its content has the hash " + actual, null);
        }
        checked = true;
    }

    private int decode(byte[] target, int offset, int length) throws IOException {
        try {
            return decoded.read(target, offset, length);
        } catch (ZstdIOException e) {
            throw damaged("it is no sound zstd frame (" + e.getMessage() + ")", e);
        } catch (AgeException e) {
            throw damaged(e.getMessage(), e);
        } catch (UnderstudyException e) {
            throw Blobs.named(blob, store, e);
        }
    }

    private UnderstudyException damaged(String why, Throwable cause) {
        return new UnderstudyException(
                ErrorCode.BLOB_DAMAGED,
                "cannot read blob " + blob.id() + " in " + store + ": " + why,
                Blobs.DAMAGED_HINT,
                cause);
    }
}
