package io.understudy.repository.blob;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Long byte arrays that are used again. Java puts a new one past the young generation, and lets the heap grow for it
 * rather than look for those that are not needed any more, above all while zstd works on another. What is idle is
 * weakly held, so it is free at the next full collection. How many are in use is the business of {@link MemoryBudget}.
 * Thread-safe.
 */
final class LongBuffers {
    /** Those of this process. */
    static final LongBuffers SHARED = new LongBuffers();

    private static final int UNIT = 1 << 20;
    private static final int MOST_IDLE = 16;

    private final List<WeakReference<byte[]>> idle = new ArrayList<>();

    /**
     * @param size in bytes, up to 2^31 - 2^20
     * @return one of that size or up to half as long again, with any content
     */
    synchronized byte[] take(long size) {
        for (Iterator<WeakReference<byte[]>> all = idle.iterator(); all.hasNext(); ) {
            byte[] buffer = all.next().get();
            boolean fits = buffer != null && buffer.length >= size && buffer.length <= size + size / 2;
            if (fits || buffer == null) {
                all.remove();
            }
            if (fits) {
                return buffer;
            }
        }
        return new byte[Math.toIntExact((size + UNIT - 1) / UNIT * UNIT)];
    }

    /**
     * Changes a buffer for a longer one.
     *
     * @param used how many bytes of its content are kept
     * @param size as {@link #take}
     */
    byte[] longer(byte[] buffer, int used, long size) {
        byte[] longer = take(size);
        System.arraycopy(buffer, 0, longer, 0, used);
        give(buffer);
        return longer;
    }

    /** @param buffer that its user has no use for; one that is not {@link MemoryBudget#isLong long} is not kept */
    synchronized void give(byte[] buffer) {
        if (MemoryBudget.isLong(buffer.length) && idle.size() < MOST_IDLE) {
            idle.add(new WeakReference<>(buffer));
        }
    }
}
