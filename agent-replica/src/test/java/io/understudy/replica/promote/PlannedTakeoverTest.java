package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateStorage;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.switchover.SwitchoverNotes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A planned switchover as the replica's agents of both servers see it. */
class PlannedTakeoverTest extends FollowingStandby {
    private static final SnapshotId LAST = SnapshotId.parse("00000001-00000001");

    private final List<SnapshotId> shipped = new ArrayList<>();
    private Consumer<SnapshotId> noting = shipped::add;

    @Test
    void theFinalSnapshotForThisStandbyMakesItThePrimary() {
        world.source.finalFor(1, 2, "standby");
        world.sync();

        assertThat(takeover().run()).isPresent();

        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(world.marker.on()).isFalse();
        assertThat(world.claims.held()).isEqualTo(2);
        assertThat(world.liveDatabase()).isEqualTo("00000001-00000002");
        assertThat(world.claims.wasPlanned()).as("its claim stands everywhere").isTrue();
        assertThat(takeover().run()).as("once").isEmpty();
    }

    @Test
    void anothersFinalSnapshotAndAShutdownDoNot() {
        world.source.finalFor(1, 2, "other");
        world.sync();
        assertThat(takeover().run()).isEmpty();
        world.source.shutdown(1, 3, true);
        world.sync();
        assertThat(takeover().run()).isEmpty();
        assertThat(world.marker.on()).isTrue();
    }

    /** It went on without this standby: what was final once is old, and to serve it would lose what came after it. */
    @Test
    void oneAfterWhichThePrimaryWentOnDoesNot() {
        world.source.finalFor(1, 2, "standby");
        world.sync();
        world.source.commit(1, 3);

        assertThat(takeover().run()).isEmpty();
        assertThat(world.claims.nonce(2)).isEmpty();
    }

    /** Anybody who can write there can give an object that name. */
    @Test
    void whatMerelyHasTheNameOfANewerOneHoldsNothingUp() {
        world.source.finalFor(1, 2, "standby");
        world.sync();
        world.source.damage(world.source.commit(1, 3), ErrorCode.SIGNER_UNKNOWN);

        assertThat(takeover().run()).isPresent();
        assertThat(world.claims.nonce(2)).isPresent();
    }

    /** Not before it is live here: what is only loaded may never become healthy. */
    @Test
    void aFinalSnapshotThatIsNotLiveDoesNot() {
        world.source.finalFor(1, 2, "standby");
        assertThat(takeover().run()).isEmpty();
        assertThat(world.claims.nonce(2)).isEmpty();
    }

    @Test
    void whereThePrimaryWentBackItStaysAStandby() {
        world.source.finalFor(1, 2, "standby");
        world.sync();
        world.claims.takenByAnother(2);
        PlannedTakeover takeover = takeover();

        assertThat(takeover.run()).isEmpty();
        assertThat(takeover.run()).isEmpty();

        assertThat(world.store.state()).isInstanceOf(Following.class);
        assertThat(world.marker.on()).isTrue();
    }

    /** It is a promotion like any other from its intent on. */
    @Test
    void oneThatIsKilledIsResumed() {
        world.source.finalFor(1, 2, "standby");
        world.sync();
        int points = 0;
        for (boolean died = true; died; points++) {
            World one = following();
            one.source.finalFor(1, 2, "standby");
            one.sync();
            one.points.dieAt(points);
            died = dies(one);
            one.points.live();
            one.claims.wasPlanned();
            boolean claimed = one.claims.held() == 2;
            if (one.store.state() instanceof Promoting) {
                one.agent().promotion().resume();
            } else {
                takeover(one).run();
            }
            assertThat(one.store.state()).as("killed at point " + points).isInstanceOf(Promoted.class);
            assertThat(one.marker.on()).isFalse();
            assertThat(one.claims.wasPlanned() || claimed || !died)
                    .as("by the same rule")
                    .isTrue();
        }
        assertThat(points).isGreaterThan(4);
    }

    private static boolean dies(World one) {
        try {
            takeover(one).run();
            return false;
        } catch (Crash expected) {
            return true;
        }
    }

    @Test
    void theOldPrimaryKeepsStillUntilItHandedOverAndThenFollowsWithWhatIsLive() {
        World old = new World();
        old.databases.create(FakeDatabases.LIVE);
        old.marker.putByHand(Optional.empty());
        SwitchoverNotes notes = notes(old, Step.COMMITTED);
        HandedOver handedOver = handedOver(old, notes);
        assertThatThrownBy(handedOver::settle)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED));
        assertThat(old.file.read()).isEmpty();

        notes.handedOver();
        notes.left();
        handedOver.settle();

        Following following = (Following) old.store.state();
        assertThat(following.current().snapshot()).contains(LAST);
        assertThat(following.current().database())
                .isEqualTo(old.databases.find(FakeDatabases.LIVE).orElseThrow());
        assertThat(old.store.record().owned()).as("it is the operator's").isEmpty();
        assertThat(old.marker.named()).contains(LAST);
        assertThat(notes.read()).isEmpty();
        assertThat(shipped).as("a rejoin has nothing to save").containsExactly(LAST);
    }

    /** One that had been promoted before, as after a second switchover. */
    @Test
    void aServerThatWasPromotedBeforeFollowsToo() {
        promote(PLAIN);
        world.marker.putByHand(Optional.empty());
        SwitchoverNotes notes = notes(world, Step.COMMITTED);
        notes.handedOver();
        notes.left();
        handedOver(world, notes).settle();

        assertThat(world.store.record().live().flatMap(DatabaseVersion::snapshot))
                .contains(LAST);
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    /** A full disk: what it costs is a rejoin that knows less. */
    @Test
    void whereItIsNotNotedThatAllWasShippedItFollowsNevertheless() {
        World old = new World();
        old.databases.create(FakeDatabases.LIVE);
        old.marker.putByHand(Optional.empty());
        SwitchoverNotes notes = notes(old, Step.COMMITTED);
        notes.handedOver();
        notes.left();
        noting = last -> {
            throw new UnderstudyException(ErrorCode.FILE_FAILED, "no room", "make room");
        };

        handedOver(old, notes).settle();

        assertThat(old.store.state()).isInstanceOf(Following.class);
        assertThat(notes.read()).isEmpty();
    }

    private static SwitchoverNotes notes(World one, Step step) {
        SwitchoverNotes notes = new SwitchoverNotes(new Memory(), one.time.clock());
        notes.begin(SwitchoverNote.begin("b", 1, one.time.now(), one.time.now().plus(Duration.ofMinutes(5))));
        for (Step each : Step.values()) {
            if (each.compareTo(step) < 0) {
                notes.reach(each);
            }
        }
        notes.committed(LAST);
        return notes;
    }

    /** A disk that does not fail. */
    private static final class Memory implements StateStorage {
        private Optional<byte[]> content = Optional.empty();

        @Override
        public Optional<byte[]> read() {
            return content;
        }

        @Override
        public void write(byte[] next) {
            content = Optional.of(next);
        }

        @Override
        public void delete() {
            content = Optional.empty();
        }
    }

    private HandedOver handedOver(World one, SwitchoverNotes notes) {
        return new HandedOver(
                notes,
                one.store,
                one.marker,
                new StateReconciler(
                        one.store,
                        one.marker,
                        one.databases,
                        one.databases,
                        one.trees,
                        promotion -> {},
                        one.events,
                        one.time.clock()),
                one.databases,
                last -> noting.accept(last),
                one.events,
                one.time.clock());
    }

    private PlannedTakeover takeover() {
        return takeover(world);
    }

    private static PlannedTakeover takeover(World one) {
        return new PlannedTakeover(
                "standby", one.store, one.marker, one.source, one.agent().promotion(), one.events);
    }
}
