package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FakeTickerTest extends TickerContract {
    private final FakeTicker time = new FakeTicker(Instant.parse("2026-01-01T00:00:00Z"));

    @Override
    protected Ticker ticker() {
        return time;
    }

    @Test
    void passesOnlyWhenToldTo() throws InterruptedException {
        time.advance(Duration.ofMinutes(1));
        time.sleep(Duration.ofSeconds(30));
        assertThat(time.nanos()).isEqualTo(90_000_000_000L);
        assertThat(time.clock().instant()).isEqualTo(Instant.parse("2026-01-01T00:01:30Z"));
        assertThat(time.pauses()).containsExactly(Duration.ofSeconds(30));
    }
}
