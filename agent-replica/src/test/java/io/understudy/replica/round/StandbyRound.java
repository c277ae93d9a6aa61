package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A standby on fakes, for rounds. */
abstract class StandbyRound {
    final World world = World.standby();

    Duration pause(SnapshotId snapshot) {
        FailedAttempt failedAttempt =
                world.store.record().failedAttempt(snapshot).orElseThrow();
        return Duration.between(world.time.now(), failedAttempt.notBefore().orElseThrow());
    }

    static void refused(ThrowingCallable work, ErrorCode code) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
