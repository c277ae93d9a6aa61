package io.understudy.primary.capture.database;

import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobSink;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Adds up how far the parts of a capture have come. The total is what the data takes on the server's disk; a part
 * counts the bytes it has stored, but never more than its own share before it has ended, so the sum ends exactly at the
 * total. Thread-safe.
 */
final class CaptureProgress {
    private static final String STEP = "database";

    private final Progress progress;
    private final long total;
    private final AtomicLong done = new AtomicLong();

    CaptureProgress(Progress progress, long total) {
        this.progress = progress;
        this.total = total;
        progress.report(STEP, 0, total);
    }

    Share share(long weight) {
        return new Share(weight);
    }

    private void advance(long by) {
        progress.report(STEP, done.addAndGet(by), total);
    }

    /** One part's share of the total. Not thread-safe. */
    final class Share {
        private long left;

        private Share(long weight) {
            this.left = weight;
        }

        /** The same sink, but what passes it counts. */
        BlobSink counting(BlobSink sink) {
            return sink.around((inner, buffer, offset, length) -> {
                var blob = inner.put(buffer, offset, length);
                take(Math.min(left, length));
                return blob;
            });
        }

        void complete() {
            take(left);
        }

        private void take(long bytes) {
            left -= bytes;
            advance(bytes);
        }
    }
}
