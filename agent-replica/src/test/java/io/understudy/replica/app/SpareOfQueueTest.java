package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SpareOfQueueTest {
    private final JobQueue queue =
            new JobQueue(control -> {}, () -> Duration.ofDays(1), Duration.ofMillis(1), Events.none(), Ticker.system());
    private final SpareOfQueue spare = new SpareOfQueue(queue);
    private final CountDownLatch copying = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);

    @BeforeEach
    void start() {
        queue.start();
    }

    @AfterEach
    void close() {
        never.countDown();
        queue.close(Duration.ofSeconds(10));
    }

    @Test
    void givesWhatTheWorkGivesAndThrowsWhatItThrows() {
        assertThat(spare.<Integer>during(() -> 42)).isEqualTo(42);
        assertThatThrownBy(() -> spare.during(() -> {
                    throw new UnderstudyException(ErrorCode.DATABASE_FAILED, "cannot copy", "look");
                }))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FAILED));
    }

    /** It would change the spare database below the copy. */
    @Test
    void noRoundRunsDuringIt() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Integer> copy = CompletableFuture.supplyAsync(() -> spare.during(() -> {
            copying.countDown();
            await(go);
            ended.set(true);
            return 1;
        }));
        copying.await();
        CompletableFuture<Boolean> round = CompletableFuture.supplyAsync(() -> queue.call(control -> ended.get()));
        go.countDown();

        assertThat(round.get()).isTrue();
        assertThat(copy.get()).isOne();
    }

    @Test
    void aPromotionInterruptsItAndComesNext() throws Exception {
        CompletableFuture<Integer> copy = CompletableFuture.supplyAsync(() -> spare.during(() -> {
            copying.countDown();
            await(never);
            return 1;
        }));
        copying.await();

        assertThat(queue.<String>callAtOnce(control -> "promoted")).isEqualTo("promoted");
        assertThatThrownBy(copy::get).isInstanceOf(ExecutionException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(ErrorCode.CANCELLED, "given up", "");
        }
    }
}
