package io.understudy.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Occasion;
import io.understudy.notify.Sender.Refusal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TimeLimitedTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    private final Notice notice = Notices.notice(Occasion.FAILURE);

    @Test
    void aSenderThatHangsIsLeftBehindAndCostsOneThread() throws InterruptedException {
        CountDownLatch answer = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        TimeLimited limited = new TimeLimited(
                any -> {
                    begun.incrementAndGet();
                    awaitWhateverInterrupts(answer);
                    return Optional.empty();
                },
                "notify test",
                SHORT);

        assertThat(limited.send(notice).orElseThrow().why()).isEqualTo("not done after 0 s");
        // On a busy machine a thread may have no turn before its time is over: then the next attempt begins.
        org.awaitility.Awaitility.await().until(() -> {
            limited.send(notice);
            return begun.get() == 1;
        });
        assertThat(limited.send(notice).orElseThrow().why()).isEqualTo("the attempt before still hangs");
        assertThat(begun).hasValue(1);
        answer.countDown();
        org.awaitility.Awaitility.await().until(() -> limited.send(notice).isEmpty());
    }

    /** As a failure and its recovery: the thread of the first may not have ended when its answer is there. */
    @Test
    void noticesBehindEachOtherDoNotCountAsOnesThatHang() {
        TimeLimited limited = new TimeLimited(any -> Optional.empty(), "notify test", Duration.ofSeconds(60));
        for (int each = 0; each < 2_000; each++) {
            assertThat(limited.send(notice)).isEmpty();
        }
    }

    @Test
    void aDefectIsARefusal() {
        TimeLimited limited = new TimeLimited(
                any -> {
                    throw new IllegalStateException("secret");
                },
                "notify test",
                Duration.ofSeconds(60));

        assertThat(limited.send(notice)).map(Refusal::why).contains("unexpected: IllegalStateException");
    }

    @Test
    void anErrorOfTheMachineIsARefusal() {
        TimeLimited limited = new TimeLimited(
                any -> {
                    throw new NoClassDefFoundError("x");
                },
                "notify test",
                Duration.ofSeconds(60));

        assertThat(limited.send(notice)).isPresent();
    }

    private static void awaitWhateverInterrupts(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                latch.await();
                done = true;
            } catch (InterruptedException e) {
                // Hangs in spite of it.
                continue;
            }
        }
    }
}
