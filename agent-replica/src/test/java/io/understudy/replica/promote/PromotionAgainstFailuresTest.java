package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.state.ApplyIntent.Phase;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is not needed to serve may fail at any time: the server is promoted all the same. */
class PromotionAgainstFailuresTest extends FollowingStandby {
    private static final UnderstudyException DENIED =
            new UnderstudyException(ErrorCode.FILE_FAILED, "cannot delete undo: Operation not permitted", "chattr -i");
    private static final UnderstudyException TEMPLATE = new UnderstudyException(
            ErrorCode.DATABASE_FAILED, "cannot drop database: it is marked as a template", "IS_TEMPLATE false");

    private static void breakClearingUp(World world) {
        world.databases.refuseDrop(TEMPLATE);
        world.trees.refuseDeletion(DENIED);
        world.trees.refuseSettling(DENIED);
    }

    private static void mendClearingUp(World world) {
        world.databases.refuseDrop(null);
        world.trees.refuseDeletion(null);
        world.trees.refuseSettling(null);
    }

    @Test
    void importsAndPromotionGoOnWhereNothingCanBeClearedUpAndItIsClearedUpLater() {
        breakClearingUp(world);
        for (int i = 2; i < 6; i++) {
            SnapshotId next = world.source.commit(1, i);
            assertThat(world.sync().applied()).contains(next);
            assertThat(world.store.state()).isInstanceOf(Following.class);
            assertThat(world.store.record().lastError()).isEmpty();
        }
        assertThat(world.store.record().cleanUp().orElseThrow().failure()).isPresent();
        assertThat(world.databases.retired()).isNotEmpty();

        Report report = promote(PLAIN);

        assertPromoted(world);
        assertThat(report.warnings()).isEmpty();
        assertThat(world.content()).isEqualTo("00000001-00000005");

        mendClearingUp(world);
        world.time.advance(Duration.ofHours(2));
        world.agent().cleanUp().run(() -> false);
        assertThat(world.store.record().cleanUp()).isEmpty();
        assertThat(world.databases.retired()).isEmpty();
        assertThat(world.trees.undone()).containsExactly(SnapshotId.parse("00000001-00000005"));
        // What served, what it replaced, and the state before the first import.
        assertThat(world.databases.names())
                .containsExactlyInAnyOrder(
                        FakeDatabases.LIVE, FakeDatabases.PREVIOUS, FakeDatabases.LIVE + "_before_understudy");
        assertThat(world.databases.content(FakeDatabases.LIVE + "_before_understudy"))
                .isEqualTo("original");
    }

    @Test
    void triesToClearUpAgainWithPausesAndNotWithEachRound() {
        breakClearingUp(world);
        world.source.commit(1, 2);
        world.sync();
        int attempts = world.store.record().cleanUp().orElseThrow().attempts();
        for (int i = 0; i < 20; i++) {
            world.poll();
        }
        assertThat(world.store.record().cleanUp().orElseThrow().attempts()).isEqualTo(attempts);
        for (int i = 0; i < 20; i++) {
            world.time.advance(Duration.ofHours(1));
            world.poll();
        }
        assertThat(world.store.record().cleanUp().orElseThrow().attempts()).isEqualTo(attempts + 20);
    }

    @Test
    void clearsUpAtOnceWhereAnOperatorAsks() {
        breakClearingUp(world);
        world.source.commit(1, 2);
        world.sync();
        mendClearingUp(world);
        world.agent().cleanUp().run(() -> false);
        assertThat(world.store.record().cleanUp()).isPresent();

        world.sync();

        assertThat(world.store.record().cleanUp()).isEmpty();
    }

    @Test
    void anImportThatWasKilledWhenItWasProvenIsNoObstacle() {
        world.source.commit(1, 2);
        world.points.dieBefore("settle");
        die(world::sync);
        world.points.live();
        breakClearingUp(world);
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Applying.class, it -> assertThat(it.intent().phase()).isEqualTo(Phase.PROVEN));

        assertThat(promote(PLAIN).serving().orElseThrow().snapshot()).contains(new SnapshotId(1, 2));
        assertPromoted(world);
    }

    @Test
    void aMarkerRemovedByHandIsAPromotionWhereNothingCanBeClearedUp() {
        world.source.commit(1, 2);
        breakClearingUp(world);
        world.sync();
        world.marker.removeByHand();

        world.agent().promotion().lead();

        assertPromoted(world);
    }

    @Test
    void rollsBackWhereNothingCanBeClearedUp() {
        world.source.commit(1, 2);
        breakClearingUp(world);
        world.sync();

        world.agent().intents().rollback();
        world.agent().applier().finish();
        world.agent().cleanUp().run(() -> false);

        assertThat(world.content()).isEqualTo("00000001-00000001");
        world.source.commit(1, 3);
        assertThat(world.sync().applied()).isPresent();
    }

    /** Also where the promotion finds an import that was proven, and can't even note that. */
    @TestFactory
    Stream<DynamicTest> promotesWhereTheStateFolderTurnsReadOnly() {
        return Stream.of(false, true)
                .flatMap(killed -> IntStream.range(0, 8)
                        .mapToObj(k -> DynamicTest.dynamicTest(
                                (killed ? "after a killed import, " : "") + k + " writes", () -> readOnly(killed, k))));
    }

    private static void readOnly(boolean killed, int writes) {
        World one = following();
        if (killed) {
            one.source.commit(1, 2);
            one.points.dieBefore("settle");
            die(one::sync);
            one.points.live();
        }
        one.file.refuseWritesAfter(writes);
        World.Agent daemon = one.agent();

        Report report = daemon.promotion().promote(PLAIN);

        assertThat(report.claimed()).isTrue();
        assertThat(one.claims.held()).isEqualTo(2);
        assertThat(one.marker.on()).isFalse();
        assertThat(one.site.startedWith()).isEqualTo(killed ? "00000001-00000002" : "00000001-00000001");
        assertThat(report.warnings().isEmpty()).isEqualTo(one.store.state() instanceof Promoted);

        daemon.promotion().lead();
        assertThat(daemon.promotion().promote(PLAIN).epoch()).isEqualTo(2);
        one.file.allowWrites();
        daemon.promotion().lead();
        assertPromoted(one);
        assertThat(one.claims.nonce(3)).isEmpty();
    }

    @Test
    void aMarkerThatCannotBeReadIsNoObstacle() {
        world.marker.refuseReading(new UnderstudyException(ErrorCode.FILE_DENIED, "cannot read the marker", "chmod"));

        promote(PLAIN);

        assertPromoted(world);
    }

    @Test
    void anEpochThatCannotBeNotedHereIsNotedLater() {
        world.claims.refuseToHold(new UnderstudyException(ErrorCode.DISK_FULL, "cannot write epoch.json", "free room"));

        Report report = promote(PLAIN);

        assertThat(world.marker.on()).isFalse();
        assertThat(world.site.starts()).isPositive();
        assertThat(world.claims.nonce(2)).isPresent();
        assertThat(report.claimed()).isFalse();
        assertThat(report.warnings()).extracting(UnderstudyException::code).containsExactly(ErrorCode.DISK_FULL);
        world.claims.refuseToHold(null);
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isTrue();
        assertThat(world.claims.held()).isEqualTo(2);
    }

    @Test
    void aMarkerThatCannotBeRemovedLeavesAPromotionThatIsFinishedLater() {
        world.marker.refuseRemoval(new UnderstudyException(ErrorCode.FILE_DENIED, "cannot remove the marker", "chown"));
        int starts = world.site.starts();

        refused(() -> promote(PLAIN), ErrorCode.FILE_DENIED);

        assertThat(world.store.state()).isInstanceOf(Promoting.class);
        assertThat(world.site.starts()).isEqualTo(starts);
        world.marker.refuseRemoval(null);
        world.agent().promotion().resume();
        assertPromoted(world);
    }

    @Test
    void aSinkThatFailsHoldsUpNothing() {
        List<String> received = new ArrayList<>();
        EventSink full = (event, at) -> {
            received.add(event.code());
            throw new IllegalStateException("no space left on device");
        };
        world.events = new Events(world.time.clock(), full);
        world.source.commit(1, 2);
        assertThat(world.sync().applied()).isPresent();

        promote(PLAIN);

        assertPromoted(world);
        assertThat(world.store.record().failures()).isZero();
        assertThat(received)
                .contains(
                        "newest_seen",
                        "step_began",
                        "snapshot_applied",
                        "cleaned_up",
                        "round_ended",
                        "server_promoted");
    }

    private static void assertPromoted(World world) {
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isTrue());
        assertThat(world.marker.on()).isFalse();
        assertThat(world.claims.held()).isEqualTo(2);
        assertThat(world.site.running()).isTrue();
    }
}
