package io.understudy.repository;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
    private static final List<Integer> ITEMS = IntStream.range(0, 100).boxed().toList();

    @Test
    void aSingleOneIsTheCaller() {
        List<Integer> done = new ArrayList<>();
        Set<Thread> by = ConcurrentHashMap.newKeySet();
        try (Workers workers = new Workers("work", 1)) {
            workers.forEach(ITEMS, item -> {
                done.add(item);
                by.add(Thread.currentThread());
            });
        }
        assertThat(done).isEqualTo(ITEMS);
        assertThat(by).containsExactly(Thread.currentThread());
    }

    @Test
    void severalDoEachItemOnce() {
        Queue<Integer> done = new ConcurrentLinkedQueue<>();
        Set<String> by = ConcurrentHashMap.newKeySet();
        try (Workers workers = new Workers("work", 3)) {
            workers.forEach(ITEMS, item -> {
                done.add(item);
                by.add(Thread.currentThread().getName());
            });
        }
        assertThat(done).containsExactlyInAnyOrderElementsOf(ITEMS);
        assertThat(by).isSubsetOf("work-1", "work-2", "work-3").isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theFirstFailureStopsThem(int threads) {
        Queue<Integer> done = new ConcurrentLinkedQueue<>();
        try (Workers workers = new Workers("work", threads)) {
            assertThatThrownBy(() -> workers.forEach(ITEMS, item -> {
                        done.add(item);
                        throw new IllegalStateException("item " + item);
                    }))
                    .hasMessageStartingWith("item ");
        }
        assertThat(done).hasSizeLessThanOrEqualTo(threads);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anInterruptCancelsAndStays(int threads) {
        try (Workers workers = new Workers("work", threads)) {
            Thread.currentThread().interrupt();
            assertFails(ErrorCode.CANCELLED, () -> workers.forEach(ITEMS, item -> {}));
        }
        assertThat(Thread.interrupted()).isTrue();
    }
}
