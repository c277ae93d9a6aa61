package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FullLoadPaceTest {
    private final FakeTicker time = new FakeTicker();
    private final FullLoadPace pace = new FullLoadPace(time);

    @Test
    void waitsTenTimesAsLongAsASecondLoadOfAllInARowTook() {
        pace.loaded(true, Duration.ofHours(1));
        assertThat(pace.isDue()).isTrue();
        pace.loaded(true, Duration.ofMinutes(1));
        assertThat(pace.isDue()).isFalse();
        time.advance(Duration.ofMinutes(9));
        assertThat(pace.isDue()).isFalse();
        time.advance(Duration.ofMinutes(1));
        assertThat(pace.isDue()).isTrue();
        pace.loaded(true, Duration.ofMinutes(1));
        assertThat(pace.isDue()).isFalse();
    }

    @Test
    void neverWaitsAfterALoadByDifferences() {
        pace.loaded(true, Duration.ofMinutes(1));
        pace.loaded(false, Duration.ofMinutes(1));
        assertThat(pace.isDue()).isTrue();
        pace.loaded(true, Duration.ofMinutes(1));
        assertThat(pace.isDue()).isTrue();
    }
}
