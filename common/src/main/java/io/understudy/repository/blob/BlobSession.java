package io.understudy.repository.blob;

import io.understudy.filestore.WriteBatch;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * The puts of one snapshot. For blobs that its base names, and for those that it has put already, it asks the filestore
 * nothing. Its blobs are durable when it is settled. Counts what was sent and what was found. Thread-safe. Close it
 * when the snapshot is over; a session must not outlive {@link Blobs#FRESH}.
 */
public final class BlobSession implements BlobSink, AutoCloseable {
    private final Blobs blobs;
    private final WriteBatch batch;
    private final Function<BlobId, OptionalLong> known;
    private final boolean full;
    private final KnownBlobs seen = KnownBlobs.none();
    private final BlobSink names = new View(true, 0);
    private final LongAdder uploadedBytes = new LongAdder();
    private final LongAdder uploadedBlobs = new LongAdder();
    private final LongAdder reusedBytes = new LongAdder();

    BlobSession(Blobs blobs, Function<BlobId, OptionalLong> known, boolean full) {
        this.blobs = blobs;
        this.batch = blobs.batch();
        this.full = full;
        this.known = Objects.requireNonNull(known);
    }

    @Override
    public BlobRef put(byte[] buffer, int offset, int length) {
        return put(buffer, offset, length, false, 0);
    }

    @Override
    public Naming naming() {
        return blobs.naming();
    }

    @Override
    public BlobSink ofNames() {
        return names;
    }

    @Override
    public BlobSink padded(int bytes) {
        return new View(false, bytes);
    }

    private BlobRef put(byte[] buffer, int offset, int length, boolean ofNames, int padding) {
        BlobId id = blobs.idOf(buffer, offset, length);
        OptionalLong stored = known.apply(id);
        if (stored.isPresent()) {
            return reused(new BlobRef(id, length, stored.getAsLong(), false));
        }
        synchronized (blobs.turn(id)) {
            stored = seen.stored(id);
            if (stored.isPresent()) {
                return reused(new BlobRef(id, length, stored.getAsLong(), false));
            }
            Optional<BlobRef> there = full ? Optional.empty() : blobs.fresh(id, length);
            there.ifPresent(blob -> batch.keep(blobs.object(id)));
            BlobRef blob = there.map(this::reused)
                    .orElseGet(() -> sent(blobs.write(id, buffer, offset, length, ofNames, padding, batch)));
            seen.add(blob);
            return blob;
        }
    }

    private BlobRef reused(BlobRef blob) {
        reusedBytes.add(blob.stored());
        return blob;
    }

    private BlobRef sent(BlobRef blob) {
        uploadedBytes.add(blob.stored());
        uploadedBlobs.increment();
        return blob;
    }

    /** What names the blobs that are known here: see {@link WriteBatch#addsTo}. */
    public void addsTo(String key) {
        batch.addsTo(key);
    }

    /** Returns when all blobs that were put are durable: before anything is written that names them. */
    public void settle() {
        batch.settle();
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

    /** Frees the buffers of this session's puts, and drops what is not settled. */
    @Override
    public void close() {
        batch.close();
        blobs.trim();
    }

    /** Of the same session, for other blobs than those that hold content and have no more padding than usual. */
    private final class View implements BlobSink {
        private final boolean ofNames;
        private final int padding;

        View(boolean ofNames, int padding) {
            if (padding < 0 || padding > MOST_PADDING) {
                throw new IllegalArgumentException("not a padding: " + padding);
            }
            this.ofNames = ofNames;
            this.padding = padding;
        }

        @Override
        public BlobRef put(byte[] buffer, int offset, int length) {
            return BlobSession.this.put(buffer, offset, length, ofNames, padding);
        }

        @Override
        public Naming naming() {
            return BlobSession.this.naming();
        }

        @Override
        public BlobSink ofNames() {
            return new View(true, padding);
        }

        @Override
        public BlobSink padded(int bytes) {
            return new View(ofNames, bytes);
        }
    }
}
