package io.understudy.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class MomentsTest {
    @Test
    void cutsOffWhatComesAfterTheSecond() {
        assertThat(Moments.text(Instant.parse("2026-11-26T13:00:07.999999999Z")))
                .isEqualTo("2026-11-26T13:00:07Z");
        assertThat(Moments.text(Instant.parse("2026-11-26T13:00:00Z"))).isEqualTo("2026-11-26T13:00:00Z");
    }
}
