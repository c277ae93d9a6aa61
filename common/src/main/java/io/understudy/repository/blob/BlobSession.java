package io.understudy.repository.blob;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The puts of one snapshot. For blobs that its base names, and for those that it has put already, it asks the filestore
 * nothing. Counts what was sent and what was found. Thread-safe. Close it when the snapshot is over; a session must not
 * outlive {@link Blobs#FRESH}.
 */
public final class BlobSession implements BlobSink, AutoCloseable {
    private final Blobs blobs;
    private final KnownBlobs known;
    private final boolean full;
    private final KnownBlobs seen = KnownBlobs.none();
    private final LongAdder uploadedBytes = new LongAdder();
    private final LongAdder uploadedBlobs = new LongAdder();
    private final LongAdder reusedBytes = new LongAdder();

    BlobSession(Blobs blobs, KnownBlobs known, boolean full) {
        this.blobs = blobs;
        this.full = full;
        this.known = Objects.requireNonNull(known);
    }

    @Override
    public BlobRef put(byte[] buffer, int offset, int length) {
        BlobId id = Blobs.idOf(buffer, offset, length);
        OptionalLong stored = stored(id);
        if (stored.isPresent()) {
            reusedBytes.add(stored.getAsLong());
            return new BlobRef(id, length, stored.getAsLong(), false);
        }
        Blobs.Stored result = blobs.store(id, buffer, offset, length, full);
        seen.add(result.blob());
        count(result);
        return result.blob();
    }

    /** Bytes sent to the filestore, as stored. */
    public long uploadedBytes() {
        return uploadedBytes.sum();
    }

    /** Blobs sent to the filestore. */
    public long uploadedBlobs() {
        return uploadedBlobs.sum();
    }

    /** Bytes, as stored, of puts whose blob was there already. */
    public long reusedBytes() {
        return reusedBytes.sum();
    }

    /** Frees the buffers of this session's puts. */
    @Override
    public void close() {
        blobs.trim();
    }

    private OptionalLong stored(BlobId id) {
        OptionalLong stored = known.stored(id);
        return stored.isPresent() ? stored : seen.stored(id);
    }

    private void count(Blobs.Stored result) {
        if (result.sent()) {
            uploadedBytes.add(result.blob().stored());
            uploadedBlobs.increment();
        } else {
            reusedBytes.add(result.blob().stored());
        }
    }
}
