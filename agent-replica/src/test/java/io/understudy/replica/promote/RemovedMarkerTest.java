package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The marker is removed by hand, at whatever moment: that is a promotion too. */
class RemovedMarkerTest extends FollowingStandby {
    @Test
    void aMarkerRemovedByHandIsTheSamePromotionButForTheRestart() {
        int starts = world.site.starts();
        world.marker.removeByHand();

        world.agent().promotion().acceptRemoval();

        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(world.claims.held()).isEqualTo(2);
        assertThat(world.site.starts()).isEqualTo(starts);
    }

    @Test
    void aMarkerThatIsThereIsNoPromotion() {
        world.agent().promotion().acceptRemoval();

        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    @Test
    void aMarkerMissingOnAServerThatNeverImportedClaimsNothing() {
        World empty = World.standby();
        refused(() -> empty.agent().promotion().promote(PLAIN), ErrorCode.NOT_BACKUP_MODE);
        empty.marker.removeByHand();

        empty.agent().promotion().acceptRemoval();

        assertThat(empty.claims.nonce(2)).isEmpty();
        assertThat(empty.store.state()).isInstanceOf(Seeding.class);
    }

    @Test
    void removedByHandWithoutAFilestoreIsPromotedAtOnceAndClaimedLater() {
        world.claims.goDown();
        world.marker.removeByHand();
        world.agent().promotion().acceptRemoval();

        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isFalse());
        refused(world::sync, ErrorCode.NOT_BACKUP_MODE);
        world.claims.comeBack();
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isTrue();
    }

    private Promoted promoted() {
        return (Promoted) world.store.state();
    }

    /** From then on it is fenced, as the primary's agent here reads in the record. */
    @Test
    void anotherThatClaimedWhileTheFilestoreWasAwayOverrulesIt() {
        world.claims.goDown();
        world.marker.removeByHand();
        world.agent().promotion().acceptRemoval();
        assertThat(promoted().taken()).isEmpty();
        world.claims.takenByAnother(2);
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isFalse();
        assertThat(promoted().taken()).as("the filestore is away").isEmpty();
        world.claims.comeBack();
        world.time.advance(Duration.ofHours(1));

        assertThat(world.agent().promotion().repeatClaim()).isFalse();
        assertThat(promoted().taken()).contains(true);
        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        assertThat(promoted().taken()).contains(true);
        assertThat(promote(FORCED).epoch()).isEqualTo(3);
        assertThat(promoted().claimed()).isTrue();
        assertThat(promoted().taken()).isEmpty();
    }

    /** The record says so, whatever an attempt failed with since. */
    @Test
    void oneThatWasOverruledStartsNoSiteThoughTheFilestoreIsAway() {
        world.claims.takenByAnother(2);
        world.marker.removeByHand();
        world.agent().promotion().acceptRemoval();
        world.claims.goDown();
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isFalse();
        int restarts = world.site.restarts();

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        refused(() -> promote(RESTART), ErrorCode.EPOCH_TAKEN);
        refused(() -> promote(FORCED), ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(world.site.restarts()).isEqualTo(restarts);
    }

    /** Its claim arrived, and the answer was lost: the daemon repeats that, and takes it for no other server's. */
    @Test
    void whatForceSentIsRepeatedAsItWasSent() {
        world.claims.goDown();
        world.marker.removeByHand();
        world.agent().promotion().acceptRemoval();
        world.claims.comeBack();
        world.claims.takenByAnother(2);
        world.claims.loseAcknowledgements();
        promote(FORCED);
        assertThat(world.claims.nonce(3)).isPresent();
        assertThat(promoted().claimed()).isFalse();
        world.claims.comeBack();
        world.time.advance(Duration.ofHours(1));

        assertThat(world.agent().promotion().repeatClaim()).isTrue();

        assertThat(promoted().epoch()).isEqualTo(3);
        assertThat(promoted().claimed()).isTrue();
        assertThat(promoted().taken()).isEmpty();
    }

    @Test
    void oneWhoseClaimIsThereAlreadyOverrulesItAtOnce() {
        world.claims.takenByAnother(2);
        world.marker.removeByHand();
        world.agent().promotion().acceptRemoval();

        assertThat(promoted().taken()).contains(true);
    }

    /** Anyone who writes into the filestore could stop a site with that. */
    @Test
    void whatNoTrustedKeySignedOverrulesNothing() {
        world.claims.takenByAnother(2);
        world.claims.unsigned();
        world.marker.removeByHand();
        world.agent().promotion().acceptRemoval();
        world.time.advance(Duration.ofHours(1));

        assertThat(world.agent().promotion().repeatClaim()).isFalse();
        assertThat(promoted().taken()).isEmpty();
    }

    /**
     * The operator removes the marker while an apply is under way, and the agent dies there: data that was written
     * since must stay live.
     */
    @TestFactory
    Stream<DynamicTest> aMarkerRemovedInTheMiddleOfAnApplyKeepsTheDatabaseThatIsLiveThen() {
        World whole = following();
        whole.source.commit(1, 2);
        whole.points.live();
        whole.sync();
        int points = whole.points.passed();
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest(k + " " + whole.points.trace().get(k), () -> {
                    World one = following();
                    one.source.commit(1, 2);
                    one.points.dieAt(k);
                    die(one::sync);
                    one.points.live();
                    one.marker.removeByHand();
                    Optional<?> live = one.databases.find(FakeDatabases.LIVE);
                    one.agent().applier().finish();
                    one.agent().promotion().acceptRemoval();

                    assertThat(one.databases.find(FakeDatabases.LIVE)).isEqualTo(live);
                    assertThat(one.content()).isNotEqualTo("mixed");
                    assertThat(one.marker.on()).isFalse();
                    assertThat(one.store.state()).isInstanceOf(Promoted.class);
                    assertThat(one.claims.held()).isEqualTo(2);
                    assertThat(one.site.running()).isTrue();
                }));
    }

    @Test
    void aMarkerRemovedWhileTheSiteIsBeingStoppedStopsTheExchange() {
        world.source.commit(1, 2);
        world.site.whenStopped(world.marker::removeByHand);

        refused(world::sync, ErrorCode.NOT_BACKUP_MODE);

        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.site.running()).isTrue();
        assertThat(world.marker.on()).isFalse();
    }

    @Test
    void aMarkerRemovedAfterTheExchangeKeepsWhatIsLiveEvenIfUnhealthy() {
        world.source.commit(1, 2);
        world.site.sickWith("00000001-00000002");
        world.trees.whenForward(TreeKind.FILES, world.marker::removeByHand);

        world.sync();

        assertThat(world.content()).isEqualTo("00000001-00000002");
        assertThat(world.marker.on()).isFalse();
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Following.class, it -> assertThat(it.proven()).isFalse());
    }
}
