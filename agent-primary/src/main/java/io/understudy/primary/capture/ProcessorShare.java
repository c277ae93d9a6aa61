package io.understudy.primary.capture;

import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.time.Throttle;
import io.understudy.time.Ticker;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/**
 * Keeps the threads of a capture within a share of the processors. All that a capture reads becomes blobs, so each
 * thread, after each blob, accounts for the processor time that it has used since the one before, and waits when all of
 * them together are ahead of their share. What feeds them, PostgreSQL and the disks, waits with them. Thread-safe.
 */
public final class ProcessorShare {
    private static final String WHAT = "finish the snapshot";

    private final Optional<Throttle> throttle;
    private final LongSupplier used;

    /** @param processors how many; empty: no limit */
    public ProcessorShare(OptionalDouble processors, Ticker ticker) {
        this(processors, ticker, threadTime());
    }

    /** @param used processor time of the calling thread, in nanoseconds */
    ProcessorShare(OptionalDouble processors, Ticker ticker, LongSupplier used) {
        this.throttle = processors.isPresent()
                ? Optional.of(new Throttle(processors.getAsDouble() * 1e9, ticker))
                : Optional.empty();
        this.used = used;
    }

    /** No limit. */
    public static ProcessorShare all(Ticker ticker) {
        return new ProcessorShare(OptionalDouble.empty(), ticker);
    }

    /** Processor time of the calling thread, in nanoseconds; nothing where the machine does not know it. */
    static LongSupplier threadTime() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() ? threads::getCurrentThreadCpuTime : () -> 0;
    }

    /**
     * Accounts for what a server computed for this capture. Waits until what was charged before is due, so a capture
     * that stores nothing keeps to the share as well.
     */
    void charge(Duration computed) {
        throttle.ifPresent(limit -> limit.take(computed.toNanos(), WHAT));
    }

    /** The same sink, kept to the share. */
    BlobSink within(BlobSink sink) {
        return throttle.<BlobSink>map(limit -> {
                    ThreadLocal<Long> before = ThreadLocal.withInitial(used::getAsLong);
                    return sink.around((inner, buffer, offset, length) -> {
                        long since = before.get();
                        BlobRef blob = inner.put(buffer, offset, length);
                        long now = used.getAsLong();
                        before.set(now);
                        limit.take(Math.max(0, now - since), WHAT);
                        return blob;
                    });
                })
                .orElse(sink);
    }
}
