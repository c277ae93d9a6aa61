package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Goal;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.round.LastLook;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;

/** A standby that has imported its first snapshot, to be promoted. */
abstract class FollowingStandby {
    static final Request PLAIN = new Request("promoted by an operator", false, false, false);
    static final Request UNFENCED = new Request("promoted by an operator", true, false, false);
    static final Request FORCED = new Request("promoted by an operator", false, true, false);
    static final Request FORCED_UNFENCED = new Request("promoted by an operator", true, true, false);
    static final Request AS_IS =
            new Request("promoted by an operator", false, false, false, true, Goal.NEWEST, LastLook.LOAD, true);
    static final Request PROVEN =
            new Request("promoted by an operator", false, false, false, false, Goal.PROVEN, LastLook.LOAD, true);
    static final Request UNFENCED_AS_IS =
            new Request("promoted by an operator", true, false, false, true, Goal.NEWEST, LastLook.LOAD, true);
    static final Request RESTART = new Request("promoted by an operator", false, false, true);
    World world;

    @BeforeEach
    void follow() {
        world = following();
    }

    static World following() {
        World world = World.standby();
        world.source.commit(1, 1);
        world.sync();
        return world;
    }

    /** A newer snapshot is loaded ahead, as a round leaves it. */
    static SnapshotId ahead(World world, int epoch, int sequence) {
        SnapshotId next = world.source.commit(epoch, sequence);
        Manifest manifest =
                world.source.fetch(next, Optional.empty(), Progress.none()).manifest();
        DatabaseIdentity spare = world.databases
                .load(manifest, world.source.blobs(), world.source::held, Progress.none())
                .database();
        world.store.change(record -> record.withOwned(spare)
                .withLoaded(
                        new Ahead(
                                spare,
                                next,
                                manifest.moment(),
                                world.time.clock().instant()),
                        true));
        return next;
    }

    Report promote(Request request) {
        return world.agent().promotion().promote(request);
    }

    static void die(Runnable work) {
        try {
            work.run();
            throw new AssertionError("it did not die");
        } catch (Crash expected) {
            // The process is gone.
        }
    }

    /**
     * A promotion dies at one of its points. The next process resumes it where the claim was written down; else there
     * is a standby, which finishes an apply and is promoted again.
     *
     * @param whole looks at that standby
     */
    static void promoteDespiteDeathAt(int point, World one, Runnable whole) {
        one.points.dieAt(point);
        die(() -> one.agent().promotion().promote(PLAIN));
        one.points.live();
        if (one.store.state() instanceof Promoting) {
            one.agent().promotion().resume();
        } else if (!(one.store.state() instanceof Promoted)) {
            assertThat(one.marker.on()).isTrue();
            assertThat(one.claims.nonce(2)).isEmpty();
            one.agent().applier().finish();
            whole.run();
            one.agent().promotion().promote(PLAIN);
        }
    }

    static void refused(ThrowingCallable work, ErrorCode code) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
