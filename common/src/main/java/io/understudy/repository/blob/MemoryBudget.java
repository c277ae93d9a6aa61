package io.understudy.repository.blob;

import io.understudy.failure.Cancellation;
import java.util.concurrent.Semaphore;

/**
 * Heap that the threads of this process share for long buffers. What is up to {@value #FREE} bytes is not counted;
 * what is longer waits until others let go, so that the sum stays within the heap however many threads there are. A
 * thread may hold some of each, taken in this order, and who holds the last waits for no other: so none waits
 * permanently. Thread-safe and fair.
 */
public enum MemoryBudget {
    /** Content that is cut into blobs, up to 16 MiB for each writer. */
    CONTENT(0.25),
    /** The rest of the buffer of a writer whose row is longer than a blob. */
    LONG_ROW(0.13),
    /** Blobs in their stored form. */
    STORED(0.15),
    /** Stored blobs on their way from one repository to another, which happens alone. */
    TRANSFER(0.25);

    static final int FREE = 4 << 20;
    private static final int UNIT = 1 << 20;
    /** What a worker takes without asking: a blob as it is written, and in its stored form. */
    private static final int WORKER = 8 << 20;

    private final int total;
    private final Semaphore units;

    /** @param share of the heap */
    MemoryBudget(double share) {
        this.total = Math.max(1, (int) (Runtime.getRuntime().maxMemory() / UNIT * share));
        this.units = new Semaphore(total, true);
    }

    static boolean isLong(long bytes) {
        return bytes > FREE;
    }

    /**
     * As many workers as are wanted, as far as half of the heap suffices for what each of them takes without asking; at
     * least one.
     */
    public static int workers(int wanted) {
        return (int) Math.max(1, Math.min(wanted, Runtime.getRuntime().maxMemory() / 2 / WORKER));
    }

    /**
     * Waits for room. What is more than the whole budget is granted alone.
     *
     * @return to be given back with {@link #give}
     * @throws io.understudy.failure.UnderstudyException {@code CANCELLED} when the thread is interrupted
     */
    int take(long bytes) {
        int wanted = isLong(bytes) ? (int) Math.min(total, bytes / UNIT + 1) : 0;
        try {
            units.acquire(wanted);
            return wanted;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of("wait for memory", e);
        }
    }

    void give(int taken) {
        units.release(taken);
    }
}
