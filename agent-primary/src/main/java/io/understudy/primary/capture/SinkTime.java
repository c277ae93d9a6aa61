package io.understudy.primary.capture;

import io.understudy.repository.blob.BlobSink;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How long threads are in a sink, and how much of that they wait there: for the filestore, a limit, or a processor.
 * What a thread does not compute in the meantime it waits. Thread-safe.
 */
final class SinkTime {
    private final Ticker ticker;
    private final LongSupplier used;
    private final LongAdder nanos = new LongAdder();
    private final Map<Thread, Long> waited = new ConcurrentHashMap<>();

    SinkTime(Ticker ticker) {
        this(ticker, ProcessorShare.threadTime());
    }

    /** @param used processor time of the calling thread, in nanoseconds */
    SinkTime(Ticker ticker, LongSupplier used) {
        this.ticker = ticker;
        this.used = used;
    }

    /** The same sink, under the clock. */
    BlobSink around(BlobSink sink) {
        return sink.around((inner, buffer, offset, length) -> {
            long begun = ticker.nanos();
            long before = used.getAsLong();
            try {
                return inner.put(buffer, offset, length);
            } finally {
                long took = ticker.nanos() - begun;
                nanos.add(took);
                waited.merge(Thread.currentThread(), Math.max(0, took - (used.getAsLong() - before)), Long::sum);
            }
        });
    }

    /** What was until now does not count. */
    void restart() {
        nanos.reset();
        waited.clear();
    }

    /** Of all threads together. */
    Duration total() {
        return Duration.ofNanos(nanos.sum());
    }

    /** How long the thread waited that waited longest. */
    Duration longestWait() {
        return Duration.ofNanos(
                waited.values().stream().mapToLong(Long::longValue).max().orElse(0));
    }
}
