package io.understudy.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RefreshedTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final FakeTicker time = new FakeTicker();
    private final AtomicInteger reads = new AtomicInteger();

    private Refreshed<Integer> counted(Supplier<Integer> reader, Duration patience) {
        return new Refreshed<>(reader, Duration.ofSeconds(2), patience, time.clock());
    }

    @Test
    void isReadAgainWhenItIsNotGoodAnyMore() {
        try (Refreshed<Integer> value = counted(reads::incrementAndGet, LONG)) {
            assertThat(value.get()).hasValue(1);
            time.advance(Duration.ofMillis(1999));
            assertThat(value.get()).hasValue(1);
            time.advance(Duration.ofMillis(1));
            assertThat(value.get()).hasValue(2);
        }
    }

    @Test
    void isReadAgainAfterTheClockWasSetBack() {
        FakeTicker earlier = new FakeTicker(time.now().minusSeconds(3600));
        AtomicInteger asked = new AtomicInteger();
        java.time.Clock clock = new java.time.Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return java.time.ZoneOffset.UTC;
            }

            @Override
            public java.time.Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public java.time.Instant instant() {
                return asked.getAndIncrement() < 2 ? time.now() : earlier.now();
            }
        };
        try (Refreshed<Integer> value = new Refreshed<>(reads::incrementAndGet, Duration.ofSeconds(2), LONG, clock)) {
            assertThat(value.get()).hasValue(1);
            assertThat(value.get()).hasValue(2);
        }
    }

    /** However many ask, one thread reads; nobody waits longer than the patience, or gets what may be wrong by now. */
    @Test
    void whileItHangsNothingIsGiven() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        Supplier<Integer> hangs = () -> {
            if (reads.incrementAndGet() == 2) {
                await(held);
            }
            return reads.get();
        };
        try (Refreshed<Integer> value = counted(hangs, SHORT)) {
            while (value.get().isEmpty()) {
                Thread.onSpinWait();
            }
            time.advance(Duration.ofMinutes(1));
            for (int i = 0; i < 10; i++) {
                assertThat(value.get()).isEmpty();
            }
            assertThat(reads.get()).isLessThanOrEqualTo(2);
            held.countDown();
        }
    }

    @Test
    void aFailureIsGivenToWhoAsksAndIsTriedAgain() {
        try (Refreshed<Integer> value = counted(
                () -> {
                    if (reads.incrementAndGet() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                    return 5;
                },
                LONG)) {
            assertThatThrownBy(value::get)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("not yet");
            assertThat(value.get()).hasValue(5);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
