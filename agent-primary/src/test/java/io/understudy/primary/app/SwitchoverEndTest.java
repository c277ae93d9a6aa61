package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is stopped, or hangs, holds no shutdown up for longer than its time. */
@Timeout(60)
class SwitchoverEndTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    @TempDir
    Path state;

    private final CountDownLatch never = new CountDownLatch(1);

    private void hangs() {
        try {
            never.await();
        } catch (InterruptedException e) {
            throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "type it again");
        }
    }

    private SwitchoverNotes notes() {
        return new SwitchoverNotes(state, Clock.systemUTC());
    }

    private SwitchoverEnd end() {
        return new SwitchoverEnd(notes(), this::hangs, new FakeTicker());
    }

    @Test
    void whereNoSwitchoverIsUnderWayTheShutdownGoesOn() {
        assertThatCode(() -> end().await(SHORT)).doesNotThrowAnyException();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void whereOneIsItSaysThatTheAgentDoesNotAnswer() {
        Instant now = Instant.now();
        notes().begin(SwitchoverNote.begin("b", 1, now, now.plusSeconds(300)));

        assertThatThrownBy(() -> end().await(SHORT)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.LOCKED);
            assertThat(failure).hasMessageContaining("a switchover to b is under way");
            assertThat(failure).hasMessageContaining("the agent does not answer");
        });
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
