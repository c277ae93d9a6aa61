package io.understudy.replica.round;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.Ahead;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A load ahead that is given up, as for a promotion that waits no longer, or because the agent stops. */
class GivenUpLoadTest {
    private final World world = World.standby();
    private final SnapshotId first = world.source.commit(1, 1);
    private final SnapshotId second = new SnapshotId(1, 2);
    private final RoundControl control = new RoundControl();

    @BeforeEach
    void somethingIsAhead() {
        world.sync();
        world.source.continuous(1, 2, first);
        world.poll();
        world.source.continuous(1, 3, first);
    }

    private Optional<Ahead> giveUp(Runnable inTheLoad) {
        world.databases.duringLoad(() -> {
            inTheLoad.run();
            control.cancel();
            throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "it resumes");
        });
        assertFails(ErrorCode.CANCELLED, () -> world.agent().round().run(ImportRequest.newest(), control));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        world.databases.duringLoad(() -> {});
        return world.store.record().ahead();
    }

    @Test
    void leavesAheadWhatWasWhenNothingWasCommitted() {
        Optional<Ahead> before = world.store.record().ahead();

        assertThat(giveUp(() -> {})).isEqualTo(before).isPresent();

        assertThat(world.databases.holding(second)).isEqualTo(before.map(Ahead::database));
        assertThat(world.store.record().lastError()).isEmpty();
        world.poll();
        assertThat(world.store.record().ahead().map(Ahead::snapshot)).contains(new SnapshotId(1, 3));
    }

    @Test
    void leavesNothingAheadWhereTheDatabaseIsAnother() {
        assertThat(giveUp(() -> world.databases
                        .server()
                        .rename(world.databases.find(FakeDatabases.SPARE).orElseThrow(), "kept")))
                .isEmpty();
    }
}
