package io.understudy.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BoundedCallTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final BoundedCall calls = BoundedCall.threads("bounded", 1, "agent-primary");

    /** The thread of an answered call may get its turn to end after the caller has begun the next one. */
    @Test
    void aCallThatHasAnsweredIsNotCounted() {
        for (int i = 0; i < 2_000; i++) {
            int number = i;
            assertThat(calls.within(LONG, "read", () -> number)).isEqualTo(number);
        }
    }

    @Test
    void aCallThatHasFailedIsNotCounted() {
        for (int i = 0; i < 500; i++) {
            assertThatThrownBy(() -> calls.within(LONG, "read", () -> {
                        throw new UnderstudyException(ErrorCode.FILE_FAILED, "cannot read", "look");
                    }))
                    .hasMessage("cannot read");
        }
    }

    @Test
    void aCallThatTakesLongerThanItsLimitIsLate() {
        Semaphore hang = new Semaphore(0);

        assertLate("cannot list: the filestore took longer", SHORT, () -> {
            hang.acquireUninterruptibly();
            return "late";
        });

        hang.release();
    }

    /** As one that hangs in the operating system, which nothing interrupts. */
    @Test
    void whatHangsCountsUntilItEndsThoughItsCallerLeft() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Semaphore hang = new Semaphore(0);
        Thread caller = new Thread(() -> calls.within(LONG, "list", () -> {
            begun.countDown();
            hang.acquireUninterruptibly();
            return "late";
        }));
        caller.setUncaughtExceptionHandler((thread, cancelled) -> {});
        caller.start();
        begun.await();
        caller.interrupt();
        caller.join();

        assertLate("for each of 1 calls before, which still wait", LONG, () -> "refused");

        hang.release();
        Awaitility.await()
                .ignoreExceptionsInstanceOf(UnderstudyException.class)
                .until(() -> calls.within(LONG, "list", () -> "answered"), "answered"::equals);
    }

    private void assertLate(String message, Duration limit, Supplier<String> call) {
        assertThatThrownBy(() -> calls.within(limit, "list", call))
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE));
    }
}
