package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LongBuffersTest {
    private static final int MB = 1 << 20;

    private final LongBuffers buffers = new LongBuffers();

    @Test
    void aBufferIsUsedAgainWhereItFits() {
        byte[] first = buffers.take(16 * MB - 5);
        assertThat(first).hasSize(16 * MB);
        buffers.give(first);

        assertThat(buffers.take(17 * MB)).as("a longer one").hasSize(17 * MB);
        assertThat(buffers.take(10 * MB)).as("a much shorter one").hasSize(10 * MB);
        assertThat(buffers.take(11 * MB)).isSameAs(first);
        assertThat(buffers.take(11 * MB) == first).as("it is in use").isFalse();
    }

    @Test
    void aShortBufferIsNotKept() {
        byte[] shorter = buffers.take(MemoryBudget.FREE);
        buffers.give(shorter);
        assertThat(buffers.take(MemoryBudget.FREE)).isNotSameAs(shorter);
    }

    /** What is idle takes no heap from what needs it. */
    @Test
    void anIdleBufferIsFreeAtTheNextCollection() {
        byte[] buffer = buffers.take(8 * MB);
        WeakReference<byte[]> seen = new WeakReference<>(buffer);
        buffers.give(buffer);
        buffer = null;
        await().until(() -> {
            System.gc();
            return seen.get() == null;
        });
        assertThat(buffers.take(8 * MB)).hasSize(8 * MB);
    }

    @Test
    void noMoreAreKeptThanCanBeOfUse() {
        byte[][] all = new byte[20][];
        for (int i = 0; i < all.length; i++) {
            all[i] = new byte[5 * MB];
            buffers.give(all[i]);
        }
        for (int i = 0; i < 16; i++) {
            assertThat(buffers.take(5 * MB) == all[i]).isTrue();
        }
        byte[] fresh = buffers.take(5 * MB);
        assertThat(Stream.of(all)).noneMatch(each -> each == fresh);
    }
}
