package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.repository.EpochClaim;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A promotion of a server that noted that another one was promoted after it. */
class OvertakenPromotionTest extends FollowingStandby {
    /** The filestore, which could say it, is away, and an operator types it on the wrong server. */
    @Test
    void aServerThatWasOvertakenIsNoPrimaryThoughTheFilestoreIsAway() {
        promote(PLAIN);
        world.claims.seeAnother(world.claims.held() + 1);
        world.claims.goDown();
        int restarts = world.site.restarts();

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        refused(() -> promote(UNFENCED), ErrorCode.EPOCH_TAKEN);
        refused(() -> promote(RESTART), ErrorCode.EPOCH_TAKEN);

        refused(() -> promote(FORCED), ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(world.site.restarts()).isEqualTo(restarts);
        world.claims.comeBack();
        world.claims.takenByAnother(3);
        Report report = promote(FORCED);
        assertThat(report.epoch()).as("by force it is").isEqualTo(4);
        assertThat(report.claimed()).isTrue();
    }

    /** What was seen of the other one is what there is to go past; the daemon claims it when the filestore is back. */
    @Test
    void unfencedForceGoesPastWhatWasSeen() {
        promote(PLAIN);
        world.claims.seeAnother(3);
        world.claims.goDown();
        int restarts = world.site.restarts();

        Report report = promote(FORCED_UNFENCED);

        assertThat(report.epoch()).isEqualTo(4);
        assertThat(report.claimed()).isFalse();
        assertThat(report.age()).as("it served, and what it has is its own").isEmpty();
        assertThat(world.site.restarts()).isEqualTo(restarts + 1);
        world.claims.comeBack();
        world.claims.takenByAnother(3);
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isTrue();
        assertThat(world.claims.held()).isEqualTo(4);
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isTrue());
    }

    /** Its own claim may have arrived: what it was is what it is again, and the claim is found by the next attempt. */
    @Test
    void whenTheFilestoreGoesAwayInTheMiddleItIsWhatItWas() {
        promote(PLAIN);
        world.claims.takenByAnother(3);
        ReplicaState before = world.store.state();
        int restarts = world.site.restarts();
        world.claims.goDownBeforeAClaim();

        assertThatThrownBy(() -> promote(FORCED)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(failure).hasMessageStartingWith("cannot make this server the primary: ");
            assertThat(failure.hint()).contains("--unfenced");
        });
        assertThat(world.store.state()).isEqualTo(before);
        assertThat(world.site.restarts()).isEqualTo(restarts);
        world.claims.comeBack();
        assertRefusedWithoutForce();
        assertThat(promote(FORCED).epoch()).isEqualTo(4);
    }

    /** What was refused is not made up for, by the daemon or by a command that doesn't ask for it. */
    private void assertRefusedWithoutForce() {
        world.time.advance(Duration.ofHours(1));
        world.agent().promotion().lead();
        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        refused(() -> promote(RESTART), ErrorCode.EPOCH_TAKEN);
        assertThat(world.claims.nonce(4)).isEmpty();
    }

    @Test
    void oneThatLostItsEpochAndItsFilestoreIsNoPrimaryEither() {
        promote(PLAIN);
        world.claims.loseHeld();
        world.claims.takenByAnother(3);
        world.claims.goDownBeforeAClaim();
        refused(() -> promote(FORCED), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();

        assertRefusedWithoutForce();
    }

    @Test
    void oneThatWasOverruledIsWhatItWasToo() {
        world.claims.goDown();
        promote(UNFENCED);
        world.claims.comeBack();
        world.claims.takenByAnother(3);
        world.time.advance(Duration.ofHours(1));
        world.agent().promotion().lead();
        ReplicaState before = world.store.state();
        assertThat(before)
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.isOverruled()).isTrue());
        int restarts = world.site.restarts();
        world.claims.goDownBeforeAClaim();

        refused(() -> promote(FORCED), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();
        assertRefusedWithoutForce();
        assertThat(world.site.restarts()).isEqualTo(restarts);
    }

    /** Its epoch is another's, as it says, and its site is not restarted once the filestore is away. */
    @Test
    void aRestartThatWasRefusedIsNotMadeUpFor() {
        promote(PLAIN);
        world.claims.takenByAnother(3);
        int restarts = world.site.restarts();
        refused(() -> promote(RESTART), ErrorCode.EPOCH_TAKEN);
        world.claims.goDown();

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        assertThat(world.site.restarts()).isEqualTo(restarts);
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.restartDue()).isFalse());
    }

    /** A switchover from it was taken back, for which it claimed a later one. */
    @Test
    void aLaterEpochOfItsOwnIsNoOthers() {
        promote(PLAIN);
        EpochClaim later = new EpochClaim(3, world.claims.server(), world.time.now(), "switchover", "its own");
        world.claims.claim(later);
        world.claims.hold(later);

        assertThat(promote(PLAIN).already()).isTrue();
        assertThat(promote(FORCED).already()).isTrue();
        assertThat(promote(RESTART).warnings()).isEmpty();
    }

    /** The promotion itself is not on the disk yet: it is no less so for a second one that the disk refuses. */
    @Test
    void anAttemptWithoutANoteLeavesWhatIsKnownOfThePromotion() {
        Promotion promotion = world.agent().promotion();
        world.file.refuseWritesAfter(0);
        promotion.promote(PLAIN);
        world.claims.takenByAnother(3);

        refused(() -> promotion.promote(FORCED), ErrorCode.FILE_FAILED);
        world.file.allowWrites();
        promotion.lead();
        assertThat(world.store.state()).isInstanceOfSatisfying(Promoted.class, it -> {
            assertThat(it.epoch()).isEqualTo(2);
            assertThat(it.claimed()).isTrue();
        });
        assertThat(world.claims.nonce(4)).isEmpty();
    }

    /** It serves, and its claim is pending: another number changes neither, and the daemon goes on with it. */
    @Test
    void oneThatServesGoesOnWithTheClaimThatForceMade() {
        world.claims.goDown();
        promote(UNFENCED);
        world.claims.comeBack();
        world.claims.takenByAnother(2);
        world.claims.loseAcknowledgements();

        Report report = promote(FORCED);

        assertThat(report.epoch()).isEqualTo(3);
        assertThat(report.claimed()).isFalse();
        world.claims.comeBack();
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isTrue();
        assertThat(world.claims.held()).isEqualTo(3);
    }

    /** Its agent would not know it for a server that takes over, and stop its site. */
    @Test
    void withoutANoteOfTheIntentNothingIsClaimed() {
        promote(PLAIN);
        world.claims.takenByAnother(3);
        world.file.refuseWritesAfter(0);

        refused(() -> promote(FORCED), ErrorCode.FILE_FAILED);
        assertThat(world.claims.nonce(4)).isEmpty();
        world.file.allowWrites();
        assertThat(promote(FORCED).epoch()).isEqualTo(4);
    }

    private World overtaken() {
        World one = following();
        one.agent().promotion().promote(PLAIN);
        one.claims.takenByAnother(3);
        return one;
    }

    @TestFactory
    Stream<DynamicTest> forceIsFinishedByTheNextProcessWhereverItIsKilled() {
        World whole = overtaken();
        whole.points.live();
        whole.agent().promotion().promote(FORCED);
        int points = whole.points.passed();
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest(k + " " + whole.points.trace().get(k), () -> {
                    World one = overtaken();
                    int starts = one.site.starts();
                    one.points.dieAt(k);
                    die(() -> one.agent().promotion().promote(FORCED));
                    one.points.live();
                    if (one.store.state() instanceof Promoting) {
                        one.agent().promotion().lead();
                    } else if (one.claims.held() < 4) {
                        assertThat(one.claims.nonce(4)).isEmpty();
                        one.agent().promotion().promote(FORCED);
                    }

                    assertThat(one.claims.held()).isEqualTo(4);
                    assertThat(one.store.state())
                            .isInstanceOfSatisfying(
                                    Promoted.class, it -> assertThat(it.epoch()).isEqualTo(4));
                    assertThat(one.site.starts()).isGreaterThan(starts);
                    assertThat(one.agent().promotion().promote(PLAIN).already()).isTrue();
                }));
    }

    /** What is asked for is noted first: the command that is typed again does it, and doesn't say that all is done. */
    @TestFactory
    Stream<DynamicTest> aRestartIsMadeUpForWhereverItIsKilled() {
        promote(PLAIN);
        world.claims.loseHeld();
        world.points.live();
        promote(RESTART);
        int points = world.points.passed();
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest("killed at " + k, () -> {
                    World one = following();
                    one.agent().promotion().promote(PLAIN);
                    one.claims.loseHeld();
                    int starts = one.site.starts();
                    one.points.dieAt(k);
                    die(() -> one.agent().promotion().promote(RESTART));
                    one.points.live();
                    boolean begun = one.store.state() instanceof Promoted promoted && promoted.restartDue();
                    boolean claimed = one.claims.held() == 2;
                    one.agent().promotion().promote(PLAIN);

                    assertThat(one.claims.held()).isEqualTo(2);
                    assertThat(begun || !claimed || one.site.starts() > starts)
                            .as("once it claimed, the restart is noted, or done")
                            .isTrue();
                    if (begun) {
                        assertThat(one.site.starts()).isGreaterThan(starts);
                    }
                }));
    }

    @Test
    void anOldPrimaryThatWasOvertakenIsNoPrimaryThoughTheFilestoreIsAway() {
        World old = new World();
        old.databases.create(FakeDatabases.LIVE);
        old.claims.hold(new EpochClaim(1, "old", old.time.now(), "init", "mine"));
        old.claims.seeAnother(old.claims.held() + 1);
        old.claims.goDown();
        int restarts = old.site.restarts();

        refused(() -> old.agent().promotion().promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        refused(() -> old.agent().promotion().promote(RESTART), ErrorCode.EPOCH_TAKEN);
        assertThat(old.site.restarts()).isEqualTo(restarts);
    }
}
