package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.Ahead;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.StreamRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of what is loaded ahead are staged with it. */
class AheadStagingTest {
    private final World world = World.standby();
    private final SnapshotId first = world.source.commit(1, 1);
    private final List<String> failed = new ArrayList<>();
    private Round round;

    @BeforeEach
    void follow() {
        world.sync();
        world.events = new Events(world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.AttemptFailed failure) {
                failed.add(failure.work());
            }
        });
        round = world.agent().round();
    }

    private SnapshotId next(int sequence, boolean changed) {
        return next(sequence, changed, new RoundControl());
    }

    private SnapshotId next(int sequence, boolean changed, RoundControl control) {
        SnapshotId next = world.source.continuous(1, sequence, first);
        if (changed) {
            world.source.changeTree(next);
        }
        round.run(ImportRequest.newest(), control);
        assertThat(world.store.record().ahead().map(Ahead::snapshot)).contains(next);
        assertThat(world.content()).isEqualTo(first.toString());
        return next;
    }

    @Test
    void onlyWhereATreeChanged() {
        next(2, false);
        assertThat(world.trees.stagings()).isEqualTo(1);
        SnapshotId third = next(3, true);
        assertThat(world.trees.stagings()).isEqualTo(2);
        assertThat(world.trees.staged()).anyMatch(each -> each.endsWith(third.toString()));
    }

    /** It would be written where the snapshot before has its objects. */
    @Test
    void notWhereATreeIsABucket() {
        for (TreeKind kind : List.of(TreeKind.BUCKET, TreeKind.FILES)) {
            TreeData tree = new TreeData("media", kind, 0, 0, StreamRef.NONE, StreamRef.NONE);
            new AheadStaging(world.source, world.trees, world.time)
                    .run(Manifests.with(Manifests.sample(first), List.of(tree)), Optional.empty(), Progress.none());
            assertThat(world.trees.stagings()).isEqualTo(kind == TreeKind.BUCKET ? 1 : 2);
        }
    }

    @Test
    void forATenthOfTheTime() {
        world.trees.whenPreparing(() -> world.time.advance(Duration.ofSeconds(6)));
        next(2, true);
        for (int sequence = 3; sequence < 14; sequence++) {
            world.time.advance(Duration.ofSeconds(5));
            next(sequence, true);
        }
        assertThat(world.trees.stagings()).isEqualTo(2);
        world.time.advance(Duration.ofSeconds(5));
        next(14, true);
        assertThat(world.trees.stagings()).isEqualTo(3);
    }

    @Test
    void whatFailsOfItIsReportedAndLeavesWhatIsAhead() {
        world.trees.whenPreparing(() -> {
            throw new UnderstudyException(ErrorCode.DISK_FULL, "full", "make room");
        });
        next(2, true);
        world.time.advance(Duration.ofSeconds(30));
        next(3, true);

        assertThat(failed).containsExactly("stage the files of 00000001-00000002 ahead");
        assertThat(world.store.record().lastError()).isEmpty();
    }

    @Test
    void notWhileAPromotionWaits() {
        RoundControl control = new RoundControl();
        world.databases.duringLoad(control::await);
        next(2, true, control);
        assertThat(world.trees.stagings()).isEqualTo(1);
    }

    @Test
    void notOnceTheMarkerIsGone() {
        world.databases.duringLoad(() -> world.marker.removeByHand());
        next(2, true);
        assertThat(world.trees.stagings()).isEqualTo(1);
        assertThat(failed).isEmpty();
    }

    @Test
    void isGivenUpForAPromotion() {
        RoundControl control = new RoundControl();
        world.trees.whenPreparing(() -> {
            assertThat(control.isEndingSoon()).isFalse();
            control.cancel();
            throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "it resumes");
        });
        next(2, true, control);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(failed).isEmpty();

        world.trees.whenPreparing(() -> {});
        next(3, true);
        assertThat(world.trees.stagings()).isEqualTo(2);
    }

    @Test
    void whatIsStagedGoesWithThePromotionThatDoesNotNeedIt() {
        next(2, true);
        world.marker.removeByHand();
        World.Agent agent = world.agent();
        agent.promotion().lead();
        agent.cleanUp().run(() -> false);

        assertThat(world.trees.staged()).noneMatch(each -> each.endsWith("00000001-00000002"));
    }
}
