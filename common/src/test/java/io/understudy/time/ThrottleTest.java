package io.understudy.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThrottleTest {
    private final FakeTicker ticker = new FakeTicker();
    private final Throttle throttle = new Throttle(100, ticker);

    @Test
    void keepsTheRateOnAverage() {
        long start = ticker.nanos();
        for (int i = 0; i < 1000; i++) {
            throttle.take(10, "go on");
        }
        // The last one is taken when those before it are due, and a fifth of a second's worth was there at once.
        assertThat(ticker.since(start)).isBetween(Duration.ofMillis(99_600), Duration.ofMillis(100_000));
    }

    @Test
    void waitsForWhatWasTakenBeforeAndNotForItself() {
        throttle.take(1000, "go on");
        assertThat(ticker.pauses()).isEmpty();
        throttle.take(0, "go on");
        assertThat(ticker.pauses()).containsExactly(Duration.ofMillis(9_800));
    }

    @Test
    void whatWasNotTakenForAWhileIsNotSavedUp() {
        ticker.advance(Duration.ofHours(1));
        throttle.take(100, "go on");
        throttle.take(100, "go on");
        assertThat(ticker.pauses()).containsExactly(Duration.ofMillis(800));
    }

    @Test
    void anInterruptEndsTheWait() {
        throttle.take(1000, "send it");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> throttle.take(1, "send it"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED))
                .hasMessageContaining("send it");
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN})
    void refusesARateThatIsNone(double rate) {
        assertThatThrownBy(() -> new Throttle(rate, ticker)).isInstanceOf(IllegalArgumentException.class);
    }
}
