package io.understudy.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MomentsTest {
    @Test
    void cutsOffWhatComesAfterTheSecond() {
        assertThat(Moments.text(Instant.parse("2026-11-26T13:00:07.999999999Z")))
                .isEqualTo("2026-11-26T13:00:07Z");
        assertThat(Moments.text(Instant.parse("2026-11-26T13:00:00Z"))).isEqualTo("2026-11-26T13:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({"-7, 0 s", "0, 0 s", "119, 119 s", "120, 2 min", "7199, 119 min", "7200, 2 h", "172800, 2 days"})
    void anAgeIsInTheLargestUnitOfWhichThereAreMany(long seconds, String text) {
        assertThat(Moments.age(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
