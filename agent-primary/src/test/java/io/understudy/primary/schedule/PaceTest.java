package io.understudy.primary.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace(Duration.ofSeconds(5));

    @Test
    void isAsConfiguredWhereALookIsCheap() {
        pace.read(Duration.ofMillis(300), true);
        pace.walked(Duration.ofMillis(200));
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(5));
        assertThat(pace.slower()).isEmpty();
    }

    @Test
    void readingEverythingTakesATwentiethOfTheTime() {
        pace.read(Duration.ofSeconds(40), false);
        assertThat(pace.pause()).as("the read that change tracking begins with").isEqualTo(Duration.ofSeconds(5));
        pace.read(Duration.ofSeconds(40), false);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(800));
        assertThat(pace.slower().orElseThrow()).contains("changes are not tracked", "40 s");
        pace.read(Duration.ofMillis(300), true);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(5));
        pace.read(Duration.ofSeconds(40), false);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aReadThatWaitedOnceForALockOrTheFilestoreSlowsNothing() {
        pace.read(Duration.ofMillis(300), true);
        pace.read(Duration.ofSeconds(17), true);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(5));
        pace.read(Duration.ofSeconds(16), true);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(16));
    }

    @Test
    void walkingTakesATenthOfTheTime() {
        pace.walked(Duration.ofMillis(1900));
        assertThat(pace.pause()).as("one may have waited").isEqualTo(Duration.ofSeconds(5));
        pace.walked(Duration.ofMillis(1200));
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(12));
        assertThat(pace.slower().orElseThrow()).contains("the trees took 1200 ms");
    }

    @Test
    void theLongestPauseCounts() {
        pace.walked(Duration.ofSeconds(1));
        pace.walked(Duration.ofSeconds(2));
        pace.read(Duration.ofSeconds(12), true);
        pace.read(Duration.ofSeconds(11), true);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(11));
        pace.walked(Duration.ofSeconds(2));
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(20));
    }
}
