package io.understudy.tasks;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TaskScopeTest {
    private static final List<Integer> ITEMS = IntStream.range(0, 100).boxed().toList();

    @Test
    void oneThreadIsTheCaller() {
        List<Integer> done = new ArrayList<>();
        Set<Thread> by = ConcurrentHashMap.newKeySet();
        try (TaskScope scope = new TaskScope("work")) {
            scope.forEach(1, ITEMS, item -> {
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
        Set<Thread> by = ConcurrentHashMap.newKeySet();
        try (TaskScope scope = new TaskScope("work")) {
            scope.forEach(3, ITEMS, item -> {
                done.add(item);
                by.add(Thread.currentThread());
            });
        }
        assertThat(done).containsExactlyInAnyOrderElementsOf(ITEMS);
        assertThat(by).hasSizeBetween(1, 3).doesNotContain(Thread.currentThread());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void noItemIsBegunAfterAFailure(int threads) {
        Queue<Integer> done = new ConcurrentLinkedQueue<>();
        try (TaskScope scope = new TaskScope("work")) {
            assertThatThrownBy(() -> scope.forEach(threads, ITEMS, item -> {
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
        try (TaskScope scope = new TaskScope("work")) {
            Thread.currentThread().interrupt();
            assertFails(ErrorCode.CANCELLED, () -> scope.forEach(threads, ITEMS, item -> {}));
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void returnsWhenAllHaveEnded() {
        AtomicInteger ended = new AtomicInteger();
        try (TaskScope scope = new TaskScope("count")) {
            for (int i = 0; i < 5; i++) {
                scope.start(ended::incrementAndGet);
            }
            scope.await();
            assertThat(ended).hasValue(5);
            assertThat(scope.<String>call(() -> "result")).isEqualTo("result");
        }
    }

    @Test
    void endsAllWhenOneFailsAndTellsItsFailure() {
        IllegalStateException failure = new IllegalStateException("first");
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch waiting = new CountDownLatch(1);
        TaskScope scope = new TaskScope("fail");
        try (scope) {
            scope.start(() -> waitForInterrupt(waiting, interrupted));
            scope.start(() -> {
                awaitQuietly(waiting);
                throw failure;
            });
            assertThatThrownBy(scope::await).isSameAs(failure);
        }
        assertThat(interrupted).isTrue();
    }

    @Test
    void isCancelledWhenItsOwnerIsInterrupted() throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread owner = new Thread(() -> {
            try (TaskScope scope = new TaskScope("wait")) {
                scope.start(() -> waitForInterrupt(waiting, interrupted));
                scope.await();
            } catch (UnderstudyException e) {
                failure.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("flag lost", e));
            }
        });
        owner.start();
        waiting.await();
        owner.interrupt();
        assertFails(ErrorCode.CANCELLED, () -> {
            throw failure.get();
        });
        assertThat(interrupted).isTrue();
    }

    /**
     * An item that is under way when another fails is interrupted, and the scope is closed only when its thread is done
     * with it.
     */
    @Test
    void aFailureInterruptsTheOthersItems() {
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch waiting = new CountDownLatch(1);
        try (TaskScope scope = new TaskScope("work")) {
            assertThatThrownBy(() -> scope.forEach(2, List.of(1, 2), item -> {
                        if (item == 1) {
                            waitForInterrupt(waiting, interrupted);
                        } else {
                            awaitQuietly(waiting);
                            throw new IllegalStateException("second");
                        }
                    }))
                    .hasMessage("second");
        }
        assertThat(interrupted).isTrue();
    }

    @Test
    void abortsWhatIsOpenOnlyWhenItIsStopped() {
        List<String> ends = new ArrayList<>();
        try (TaskScope scope = new TaskScope("work")) {
            scope.call(() -> scope.open(() -> new Noted(ends)));
        }
        assertThat(ends).containsExactly("closed");
        ends.clear();
        CountDownLatch waiting = new CountDownLatch(1);
        try (TaskScope scope = new TaskScope("work")) {
            scope.open(() -> new Noted(ends));
            scope.start(() -> waitForInterrupt(waiting, new AtomicBoolean()));
            awaitQuietly(waiting);
        }
        assertThat(ends).containsExactly("aborted", "closed");
    }

    /** What is opened while the scope stops has missed the abortion of the others. */
    @Test
    void abortsWhatIsOpenedTooLate() {
        List<String> ends = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch waiting = new CountDownLatch(1);
        try (TaskScope scope = new TaskScope("work")) {
            scope.open(() -> new Noted(ends));
            scope.start(() -> {
                waitForInterrupt(waiting, new AtomicBoolean());
                await().until(() -> ends.contains("aborted"));
                scope.open(() -> new Noted(ends));
            });
            awaitQuietly(waiting);
        }
        assertThat(ends).containsExactly("aborted", "aborted", "closed", "closed");
    }

    private record Noted(List<String> ends) implements TaskScope.Abortable {
        @Override
        public void abort() {
            ends.add("aborted");
        }

        @Override
        public void close() {
            ends.add("closed");
        }
    }

    private static void waitForInterrupt(CountDownLatch waiting, AtomicBoolean interrupted) {
        waiting.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.set(true);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
