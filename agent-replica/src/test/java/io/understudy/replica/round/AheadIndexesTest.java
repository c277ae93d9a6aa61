package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.Ahead;
import io.understudy.repository.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What indexes can do later is done once the database is offered. */
class AheadIndexesTest {
    private final World world = World.standby();
    private final SnapshotId first = world.source.commit(1, 1);
    private final List<String> failed = new ArrayList<>();
    private final List<SnapshotId> offered = new ArrayList<>();
    private Round round;

    @BeforeEach
    void follow() {
        world.databases.duringMerge(
                () -> world.store.record().ahead().map(Ahead::snapshot).ifPresent(offered::add));
        world.sync();
        assertThat(offered).isEmpty();
        world.events = new Events(world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.AttemptFailed failure) {
                failed.add(failure.work());
            }
        });
        round = world.agent().round();
    }

    private SnapshotId next(int sequence, RoundControl control) {
        SnapshotId next = world.source.continuous(1, sequence, first);
        world.source.changeTree(next);
        round.run(ImportRequest.newest(), control);
        assertThat(world.store.record().ahead().map(Ahead::snapshot)).contains(next);
        return next;
    }

    @Test
    void whenItsSnapshotCanBePromoted() {
        SnapshotId second = next(2, new RoundControl());
        assertThat(offered).containsExactly(second);
        assertThat(world.trees.staged()).as("files first").anyMatch(each -> each.endsWith(second.toString()));
    }

    @Test
    void notWhileAPromotionWaits() {
        RoundControl control = new RoundControl();
        world.databases.duringLoad(control::await);
        next(2, control);
        assertThat(offered).isEmpty();
    }

    @Test
    void notOnceStagingWasGivenUp() {
        RoundControl control = new RoundControl();
        world.trees.whenPreparing(() -> {
            control.cancel();
            throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "it resumes");
        });
        next(2, control);
        assertThat(offered).isEmpty();
        assertThat(failed).isEmpty();
    }

    @Test
    void notOnceTheMarkerIsGone() {
        world.databases.duringLoad(() -> world.marker.removeByHand());
        next(2, new RoundControl());
        assertThat(offered).isEmpty();
    }

    @Test
    void isGivenUpForAPromotion() {
        RoundControl control = new RoundControl();
        world.databases.duringMerge(() -> {
            assertThat(control.isEndingSoon()).isFalse();
            control.cancel();
            throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "it resumes");
        });
        next(2, control);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(failed).isEmpty();
    }

    @Test
    void whatFailsOfItIsReportedAndLeavesWhatIsAhead() {
        world.databases.duringMerge(() -> {
            throw new UnderstudyException(ErrorCode.DATABASE_UNREACHABLE, "away", "start it");
        });
        next(2, new RoundControl());
        next(3, new RoundControl());
        assertThat(failed)
                .containsExactly("merge the indexes of 00000001-00000002", "merge the indexes of 00000001-00000003");
        assertThat(world.store.record().lastError()).isEmpty();
    }
}
