package io.understudy.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WarnOnceTest {
    private final FakeTicker time = new FakeTicker();
    private final WarnOnce warn = new WarnOnce(time);

    @Test
    void theSameWarningIsDueAgainAfterAnHour() {
        assertThat(warn.isDue("a")).isTrue();
        time.advance(Duration.ofMinutes(59));
        assertThat(warn.isDue("a")).isFalse();
        time.advance(Duration.ofMinutes(1));
        assertThat(warn.isDue("a")).isTrue();
        assertThat(warn.isDue("a")).isFalse();
    }

    @Test
    void anotherWarningIsDueAtOnce() {
        assertThat(warn.isDue("a")).isTrue();
        assertThat(warn.isDue("b")).isTrue();
        assertThat(warn.isDue("a")).isFalse();
        assertThat(warn.isDue("b")).isFalse();
    }

    @Test
    void afterAllWentWellItIsNews() {
        assertThat(warn.isDue("a")).isTrue();
        warn.well();
        assertThat(warn.isDue("a")).isTrue();
    }

    @Test
    void remembersNotMoreThanAHundred() {
        for (int i = 0; i <= 100; i++) {
            assertThat(warn.isDue("warning " + i)).isTrue();
        }
        assertThat(warn.isDue("warning 100")).isFalse();
        assertThat(warn.isDue("warning 0")).isTrue();
    }
}
