package io.understudy.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.Retry;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private final RetryPolicy policy = new RetryPolicy(new Random(7));

    @Test
    void pausesGrowFromSecondsToMinutesWhereTheCauseMayPass() {
        between(Retry.WITH_BACKOFF, 1, Duration.ofMillis(2500), Duration.ofSeconds(5));
        between(Retry.WITH_BACKOFF, 4, Duration.ofSeconds(20), Duration.ofSeconds(40));
        between(Retry.WITH_BACKOFF, 1000, Duration.ofMinutes(5), Duration.ofMinutes(10));
    }

    @Test
    void pausesAreLongWhereAnOperatorMustAct() {
        between(Retry.AFTER_OPERATOR, 1, Duration.ofSeconds(30), Duration.ofMinutes(1));
        between(Retry.AFTER_OPERATOR, Integer.MAX_VALUE, Duration.ofMinutes(30), Duration.ofHours(1));
    }

    @Test
    void whatFailsForEverIsNeverTriedAgain() {
        assertThat(policy.pause(Retry.NEVER, 1)).isEmpty();
    }

    private void between(Retry retry, int attempts, Duration least, Duration most) {
        for (int i = 0; i < 100; i++) {
            assertThat(policy.pause(retry, attempts).orElseThrow()).isBetween(least, most);
        }
    }
}
