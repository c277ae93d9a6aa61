package io.understudy.replica.fetch;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mirror's blobs. One that is found damaged while it is read is deleted: the next fetch restores it from the good
 * copy.
 */
final class HealingBlobs implements BlobSource {
    private static final Logger LOG = LoggerFactory.getLogger(HealingBlobs.class);

    private final Blobs blobs;
    private final AtomicBoolean doubtful = new AtomicBoolean();

    HealingBlobs(Blobs blobs) {
        this.blobs = blobs;
    }

    @Override
    public InputStream open(BlobRef blob) {
        return new FilterInputStream(opened(blob)) {
            @Override
            public int read() throws IOException {
                try {
                    return super.read();
                } catch (UnderstudyException e) {
                    throw dropped(blob, e);
                }
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                try {
                    return super.read(target, offset, length);
                } catch (UnderstudyException e) {
                    throw dropped(blob, e);
                }
            }
        };
    }

    private InputStream opened(BlobRef blob) {
        try {
            return blobs.open(blob);
        } catch (UnderstudyException e) {
            throw dropped(blob, e);
        }
    }

    /** Whether one was found missing or damaged since the last call: a fetch looks for each blob then. */
    boolean takeDoubt() {
        return doubtful.getAndSet(false);
    }

    /** Reads every blob of the snapshot; damaged ones are gone afterwards. */
    boolean areSound(Manifest manifest, Progress progress) {
        KnownBlobs seen = KnownBlobs.none();
        AtomicBoolean sound = new AtomicBoolean(true);
        AtomicLong done = new AtomicLong();
        try {
            SnapshotBlobs.forEach(manifest, this, part -> {
                if (seen.addNew(part.blob()) && !isSound(part.blob())) {
                    sound.set(false);
                }
                progress.report("verify", done.addAndGet(part.blob().bytes()), -1);
            });
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob()) {
                throw e;
            }
            return false;
        }
        return sound.get();
    }

    static UnderstudyException gone(SnapshotBlobs.Part part) {
        return new UnderstudyException(
                ErrorCode.BLOB_MISSING,
                "blob " + part.blob().id() + " of " + part.what() + " is missing in the mirror",
                "the next fetch restores it");
    }

    private boolean isSound(BlobRef blob) {
        try (InputStream in = open(blob)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return true;
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob()) {
                throw e;
            }
            return false;
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot read blob " + blob.id() + ": " + e,
                    "check the disk and the system's log",
                    e);
        }
    }

    private UnderstudyException dropped(BlobRef blob, UnderstudyException e) {
        if (e.code() == ErrorCode.BLOB_DAMAGED) {
            LOG.warn("a damaged blob of the mirror is deleted, and will be fetched again: {}", e.getMessage());
            try {
                blobs.delete(blob.id());
            } catch (UnderstudyException denied) {
                e.addSuppressed(denied);
            }
        }
        // After the deletion: a fetch that takes the doubt finds the blob gone.
        if (e.code().isOfBlob()) {
            doubtful.set(true);
        }
        return e;
    }
}
