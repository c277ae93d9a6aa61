package io.understudy.replica.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock of the note of kept copies; what is noted is seen where copies are kept, saved and given up. */
class KeptCopyFileTest {
    @TempDir
    private Path state;

    private final FakeTicker time = new FakeTicker();
    private ProcessLock other;

    @BeforeEach
    void hold() {
        other = ProcessLock.tryAcquire(StateEntry.KEPT_COPY_LOCK.in(state)).orElseThrow();
    }

    private KeptCopyFile file(Ticker ticker) {
        return new KeptCopyFile(state, () -> 0, ticker);
    }

    /** An import may be over before the copy is noted: nothing is said to be kept then that is not in the note. */
    @Test
    void aNoteThatAnotherProcessHoldsAllTheTimeIsLeftAlone() {
        assertThatThrownBy(() -> file(time).begin())
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.LOCKED);
                    assertThat(e.hint()).isEqualTo("run it again");
                })
                .hasMessage("cannot note what is kept of this server: process "
                        + ProcessHandle.current().pid() + " does so");
        assertThat(time.pauses().stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(Duration.ofSeconds(10));
        assertThat(file(time).exists()).isFalse();
        other.close();
        file(time).begin();
        assertThat(file(time).isReadable()).isTrue();
    }

    @Test
    void aNoteThatIsHeldForAMomentIsWaitedFor() {
        file(new Ticker() {
                    @Override
                    public long nanos() {
                        return time.nanos();
                    }

                    @Override
                    public void sleep(Duration pause) {
                        other.close();
                    }
                })
                .begin();
        assertThat(file(time).isReadable()).isTrue();
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> file(time).begin())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
        other.close();
    }
}
