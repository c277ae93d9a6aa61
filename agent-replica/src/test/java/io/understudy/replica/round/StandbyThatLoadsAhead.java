package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.Ahead;
import io.understudy.repository.SnapshotId;
import org.junit.jupiter.api.BeforeEach;

/** A standby that follows a scheduled snapshot, to load continuous ones ahead of it. */
abstract class StandbyThatLoadsAhead {
    static final UnderstudyException FULL = new UnderstudyException(ErrorCode.DISK_FULL, "no room", "make some");

    final World world = World.standby();

    final SnapshotId first = world.source.commit(1, 1);

    int starts;

    @BeforeEach
    void followAScheduledSnapshot() {
        world.sync();
        starts = world.site.starts();
    }

    SnapshotId continuous(int sequence) {
        return world.source.continuous(1, sequence, first);
    }

    void assertAhead(SnapshotId snapshot) {
        assertThat(world.store.record().ahead().map(Ahead::snapshot)).contains(snapshot);
        assertThat(world.store.record().ahead().map(Ahead::database)).isEqualTo(world.databases.holding(snapshot));
    }

    void assertUntouched() {
        assertThat(world.content()).isEqualTo(first.toString());
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.marker.named()).contains(first);
        world.assertWhole();
    }
}
