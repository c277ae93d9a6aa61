package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.time.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every ticker promises. */
public abstract class TickerContract {
    protected abstract Ticker ticker();

    @Test
    void aSleepTakesItsTime() throws InterruptedException {
        Ticker ticker = ticker();
        long start = ticker.nanos();
        ticker.sleep(Duration.ofMillis(5));
        assertThat(ticker.since(start)).isGreaterThanOrEqualTo(Duration.ofMillis(5));
    }

    @Test
    void aSleepOfNothingReturns() throws InterruptedException {
        Ticker ticker = ticker();
        long start = ticker.nanos();
        ticker.sleep(Duration.ZERO);
        assertThat(ticker.since(start)).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    @Test
    void anInterruptedSleepThrows() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> ticker().sleep(Duration.ofHours(1))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
