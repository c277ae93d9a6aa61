package io.understudy.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TimeLimitTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    private static UnderstudyException tooLong() {
        return new UnderstudyException(ErrorCode.LOAD_FAILED, "it took too long", "wait");
    }

    /** It is in the record by then, and is served. */
    @Test
    void whatWasDoneAfterAllIsNotSaidToBeLate() {
        String done = TimeLimit.on(
                () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        // Nothing was left to give up.
                    }
                    return "done";
                },
                SHORT,
                TimeLimitTest::tooLong);

        assertThat(done).isEqualTo("done");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
