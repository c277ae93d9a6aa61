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
    void aReadIsWaitedForAsLongAsItTook() {
        pace.read(Duration.ofSeconds(17), true);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(17));
        assertThat(pace.slower().orElseThrow()).contains("the last snapshot took 17 s");
        pace.read(Duration.ofMillis(300), true);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void walkingTakesATenthOfTheTime() {
        pace.walked(Duration.ofSeconds(60));
        assertThat(pace.pause()).as("one large file was new").isEqualTo(Duration.ofSeconds(5));
        pace.walked(Duration.ofMillis(1200));
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(12));
        assertThat(pace.slower().orElseThrow()).contains("the trees took 1200 ms");
    }

    /** As each look does while a transaction is open for hours. */
    @Test
    void decodingTakesATenthOfTheTime() {
        pace.decoded(Duration.ofSeconds(40));
        assertThat(pace.pause()).as("one bulk load was logged").isEqualTo(Duration.ofSeconds(5));
        pace.decoded(Duration.ofSeconds(3));
        pace.read(Duration.ofSeconds(4), true);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(30));
        assertThat(pace.slower().orElseThrow()).contains("3000 ms to decode its log", "oldest open transaction");
        pace.decoded(Duration.ofMillis(2));
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theLongestPauseCounts() {
        pace.walked(Duration.ofSeconds(1));
        pace.walked(Duration.ofSeconds(1));
        pace.read(Duration.ofSeconds(11), true);
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(11));
        pace.walked(Duration.ofSeconds(2));
        pace.walked(Duration.ofSeconds(2));
        assertThat(pace.pause()).isEqualTo(Duration.ofSeconds(20));
    }
}
