package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DeskTest {
    private final AtomicInteger routines = new AtomicInteger();
    private Desk desk = new Desk(control -> routines.incrementAndGet(), () -> Duration.ofDays(1));

    @AfterEach
    void close() {
        desk.close(Duration.ofSeconds(10));
    }

    @Test
    void doesItsRoutineWhenWoken() {
        desk.start();
        desk.wake();

        Awaitility.await().until(() -> routines.get() == 1);
    }

    @Test
    void doesItsRoutineWhenItsPauseIsOver() {
        desk = new Desk(control -> routines.incrementAndGet(), () -> Duration.ofMillis(1));
        desk.start();

        Awaitility.await().until(() -> routines.get() > 2);
    }

    @Test
    void tellsThatItsWorkerDied() throws InterruptedException {
        desk = new Desk(
                control -> {
                    throw new OutOfMemoryError("no room for a buffer");
                },
                () -> Duration.ofDays(1));
        desk.start();
        desk.wake();

        assertThat(desk.awaitEnd()).isTrue();
    }

    @Test
    void tellsThatItWasClosed() throws InterruptedException {
        desk.start();
        desk.close(Duration.ofSeconds(10));

        assertThat(desk.awaitEnd()).isFalse();
    }

    @Test
    void survivesARoutineThatFails() {
        desk = new Desk(
                control -> {
                    routines.incrementAndGet();
                    throw new IllegalStateException("a bug");
                },
                () -> Duration.ofDays(1));
        desk.start();
        desk.wake();
        desk.wake();

        Awaitility.await().until(() -> routines.get() == 2);
        assertThat(desk.isAlive()).isTrue();
    }

    @Test
    void givesTheResultOrTheFailureOfWhatItWasAsked() {
        desk.start();

        assertThat(desk.<Integer>call(control -> 42)).isEqualTo(42);
        assertThatThrownBy(() -> desk.call(control -> {
                    throw new IllegalArgumentException("no");
                }))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatAnOperatorAsksGoesBeforeTheRoutine() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        desk.start();
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> desk.call(control -> {
            begun.countDown();
            await(go);
            return 1;
        }));
        begun.await();
        desk.wake();
        CompletableFuture<Integer> second = CompletableFuture.supplyAsync(() -> desk.call(control -> routines.get()));
        Awaitility.await().until(() -> desk.waiting() == 2);
        go.countDown();

        assertThat(first.get()).isEqualTo(1);
        assertThat(second.get()).isZero();
    }

    @Test
    void whatIsUrgentGivesUpTheRoundThatRunsAndComesBeforeTheNext() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        desk.start();
        CompletableFuture<Integer> round = CompletableFuture.supplyAsync(() -> desk.call(control -> {
            control.begin();
            begun.countDown();
            try {
                await(new CountDownLatch(1));
                return 1;
            } finally {
                control.end();
            }
        }));
        begun.await();
        desk.wake();

        assertThat(desk.<Integer>callAtOnce(control -> {
                    control.begin();
                    control.end();
                    return routines.get();
                }))
                .isZero();
        assertThatThrownBy(round::get).hasRootCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void livesOnWhenItsPauseCannotBeTold() {
        desk = new Desk(control -> routines.incrementAndGet(), () -> {
            throw new IllegalStateException("the state can't be read");
        });
        desk.start();
        desk.wake();

        Awaitility.await().until(() -> routines.get() == 1);
        desk.wake();
        Awaitility.await().until(() -> routines.get() == 2);
        assertThat(desk.isAlive()).isTrue();
    }

    @Test
    void closingGivesUpTheRoundThatRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        desk.start();
        CompletableFuture<Integer> round = CompletableFuture.supplyAsync(() -> desk.call(control -> {
            control.begin();
            begun.countDown();
            try {
                await(new CountDownLatch(1));
                return 1;
            } finally {
                control.end();
            }
        }));
        begun.await();

        assertThat(desk.close(Duration.ofSeconds(10))).isTrue();
        assertThatThrownBy(round::get).hasRootCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void closingWaitsForWhatCannotBeGivenUp() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        desk.start();
        CompletableFuture<Integer> apply = CompletableFuture.supplyAsync(() -> desk.call(control -> {
            control.begin();
            control.commit();
            begun.countDown();
            await(go);
            control.end();
            return 1;
        }));
        begun.await();

        assertThat(desk.close(Duration.ofMillis(50))).isFalse();
        go.countDown();
        assertThat(apply.get()).isEqualTo(1);
        assertThat(desk.close(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void takesNothingMoreWhenClosed() {
        desk.start();
        desk.close(Duration.ofSeconds(10));

        assertThatThrownBy(() -> desk.call(control -> 1))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
