package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.round.RoundControl;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class JobQueueTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final AtomicInteger routines = new AtomicInteger();
    private JobQueue queue = daily(control -> routines.incrementAndGet());

    /** Of this routine, which is done where it is woken. */
    private static JobQueue daily(Consumer<RoundControl> routine) {
        return new JobQueue(routine, () -> Duration.ofDays(1), PATIENCE, Events.none(), Ticker.system());
    }

    @AfterEach
    void close() {
        queue.close(Duration.ofSeconds(60));
    }

    @Test
    void doesItsRoutineWhenWoken() {
        queue.start();
        queue.wake();

        Awaitility.await().until(() -> routines.get() == 1);
    }

    @Test
    void doesItsRoutineWhenItsPauseIsOver() {
        queue = new JobQueue(
                control -> routines.incrementAndGet(),
                () -> Duration.ofMillis(1),
                PATIENCE,
                Events.none(),
                Ticker.system());
        queue.start();

        Awaitility.await().until(() -> routines.get() > 2);
    }

    /** What no one waits for holds no command up. */
    @Test
    void aCommandEndsWhatGivesWay() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        queue = daily(control -> {
            control.begin();
            control.giveWay();
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new UnderstudyException(ErrorCode.CANCELLED, "given up", "it resumes", e);
            } finally {
                control.end();
            }
        });
        queue.start();
        queue.wake();
        begun.await();

        assertThat(queue.<String>call(control -> "done")).isEqualTo("done");
    }

    @Test
    void nothingGivesWayThatACommandCameBefore() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        AtomicBoolean gaveWay = new AtomicBoolean(true);
        queue = daily(control -> {
            begun.countDown();
            try {
                asked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            gaveWay.set(control.giveWay());
        });
        queue.start();
        queue.wake();
        begun.await();
        CompletableFuture<String> command = CompletableFuture.supplyAsync(() -> queue.call(control -> "done"));
        Awaitility.await().until(() -> queue.waiting() > 0);
        asked.countDown();

        assertThat(command.join()).isEqualTo("done");
        assertThat(gaveWay).isFalse();
    }

    @Test
    void tellsThatItsWorkerDied() throws InterruptedException {
        queue = new JobQueue(
                control -> {
                    throw new OutOfMemoryError("no room for a buffer");
                },
                () -> Duration.ofDays(1),
                PATIENCE,
                Events.none(),
                Ticker.system());
        queue.start();
        queue.wake();

        assertThat(queue.awaitEnd()).isTrue();
    }

    @Test
    void tellsThatItWasClosed() throws InterruptedException {
        queue.start();
        queue.close(Duration.ofSeconds(60));

        assertThat(queue.awaitEnd()).isFalse();
    }

    @Test
    void survivesARoutineThatFails() {
        queue = new JobQueue(
                control -> {
                    routines.incrementAndGet();
                    throw new IllegalStateException("a bug");
                },
                () -> Duration.ofDays(1),
                PATIENCE,
                Events.none(),
                Ticker.system());
        queue.start();
        queue.wake();
        Awaitility.await().until(() -> routines.get() == 1);
        queue.wake();

        Awaitility.await().until(() -> routines.get() == 2);
        assertThat(queue.isAlive()).isTrue();
    }

    /** Another server may wake it thousands of times. */
    @Test
    void wokenOftenItsRoutineRunsOnce() {
        for (int i = 0; i < 10_000; i++) {
            queue.wake();
        }
        assertThat(queue.waiting()).isEqualTo(1);
    }

    @Test
    void givesTheResultOrTheFailureOfWhatItWasAsked() {
        queue.start();

        assertThat(queue.<Integer>call(control -> 42)).isEqualTo(42);
        assertThatThrownBy(() -> queue.call(control -> {
                    throw new IllegalArgumentException("no");
                }))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatAnOperatorAsksGoesBeforeTheRoutine() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        queue.start();
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> queue.call(control -> {
            begun.countDown();
            await(go);
            return 1;
        }));
        begun.await();
        queue.wake();
        CompletableFuture<Integer> second = CompletableFuture.supplyAsync(() -> queue.call(control -> routines.get()));
        Awaitility.await().until(() -> queue.waiting() == 2);
        go.countDown();

        assertThat(first.get()).isEqualTo(1);
        assertThat(second.get()).isZero();
    }

    @Test
    void whatIsUrgentGivesUpTheRoundThatRunsAndComesBeforeTheNext() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        queue.start();
        CompletableFuture<Integer> round = CompletableFuture.supplyAsync(() -> queue.call(control -> {
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
        queue.wake();

        assertThat(queue.<Integer>callAtOnce(control -> {
                    control.begin();
                    control.end();
                    return routines.get();
                }))
                .isZero();
        assertThatThrownBy(round::get).hasRootCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void whatIsUrgentLetsARoundEndThatEndsSoon() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        queue.start();
        CompletableFuture<Integer> load = ahead(begun, go);
        begun.await();
        CompletableFuture<Boolean> urgent =
                CompletableFuture.supplyAsync(() -> queue.callAtOnce(RoundControl::hasOvertaken));
        Awaitility.await().until(() -> queue.waiting() == 1);
        go.countDown();

        assertThat(load.get()).isEqualTo(1);
        assertThat(urgent.get()).isFalse();
    }

    @Test
    void whatIsUrgentGivesUpARoundThatDoesNotEndInTimeAndSaysSo() throws Exception {
        queue = new JobQueue(
                control -> routines.incrementAndGet(),
                () -> Duration.ofDays(1),
                Duration.ofMillis(1),
                Events.none(),
                Ticker.system());
        CountDownLatch begun = new CountDownLatch(1);
        queue.start();
        CompletableFuture<Integer> load = ahead(begun, new CountDownLatch(1));
        begun.await();

        assertThat(queue.<Boolean>callAtOnce(RoundControl::hasOvertaken)).isTrue();
        assertThatThrownBy(load::get).hasRootCauseInstanceOf(InterruptedException.class);
    }

    private CompletableFuture<Integer> ahead(CountDownLatch begun, CountDownLatch go) {
        return CompletableFuture.supplyAsync(() -> queue.call(control -> {
            control.begin();
            control.endsSoon();
            begun.countDown();
            try {
                await(go);
                return 1;
            } finally {
                control.end();
            }
        }));
    }

    @Test
    void livesOnWhenItsPauseCannotBeTold() {
        queue = new JobQueue(
                control -> routines.incrementAndGet(),
                () -> {
                    throw new IllegalStateException("the state can't be read");
                },
                PATIENCE,
                Events.none(),
                Ticker.system());
        queue.start();
        queue.wake();

        Awaitility.await().until(() -> routines.get() == 1);
        queue.wake();
        Awaitility.await().until(() -> routines.get() == 2);
        assertThat(queue.isAlive()).isTrue();
    }

    @Test
    void closingGivesUpTheRoundThatRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        queue.start();
        CompletableFuture<Integer> round = CompletableFuture.supplyAsync(() -> queue.call(control -> {
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

        assertThat(queue.close(Duration.ofSeconds(60))).isTrue();
        assertThatThrownBy(round::get).hasRootCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void closingWaitsForWhatCannotBeGivenUp() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        queue.start();
        CompletableFuture<Integer> apply = CompletableFuture.supplyAsync(() -> queue.call(control -> {
            control.begin();
            control.commit();
            begun.countDown();
            await(go);
            control.end();
            return 1;
        }));
        begun.await();

        assertThat(queue.close(Duration.ofMillis(50))).isFalse();
        go.countDown();
        assertThat(apply.get()).isEqualTo(1);
        assertThat(queue.close(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void takesNothingMoreWhenClosed() {
        queue.start();
        queue.close(Duration.ofSeconds(60));

        assertThatThrownBy(() -> queue.call(control -> 1))
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
