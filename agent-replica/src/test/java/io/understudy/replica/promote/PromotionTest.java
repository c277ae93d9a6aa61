package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.repository.EpochClaim;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PromotionTest extends FollowingStandby {
    @Test
    void claimsTheNextEpochRemovesTheMarkerAndRestartsTheSite() {
        int starts = world.site.starts();

        Report report = promote(PLAIN);

        assertThat(report.epoch()).isEqualTo(2);
        assertThat(report.claimed()).isTrue();
        assertThat(report.warnings()).isEmpty();
        assertThat(report.serving().flatMap(DatabaseVersion::snapshot)).hasToString("Optional[00000001-00000001]");
        assertThat(world.claims.held()).isEqualTo(2);
        assertThat(world.marker.on()).isFalse();
        assertThat(world.site.starts()).isEqualTo(starts + 1);
        assertThat(world.store.state()).isInstanceOf(Promoted.class);
    }

    @Test
    void disownsTheDatabaseThatServesFromNowOn() {
        promote(PLAIN);

        assertThat(world.store.record().owned())
                .doesNotContain(world.databases.find(FakeDatabases.LIVE).orElseThrow());
    }

    @Test
    void refusesWithoutAKeyAndChangesNothing() {
        world.claims.loseKey();

        refused(() -> promote(PLAIN), ErrorCode.KEY_MISSING);

        assertThat(world.store.state()).isInstanceOf(Following.class);
        assertThat(world.marker.on()).isTrue();
    }

    /** Whatever brought it into the state: it is withdrawn, and does not stand in the way of any other promotion. */
    @Test
    void aClaimThatIsImpossibleIsWithdrawn() {
        world.store.change(record -> record.with(record.state().promote(EpochClaim.HIGHEST + 1, false, false)));

        refused(() -> world.agent().promotion().resume(), ErrorCode.EPOCH_TAKEN);

        assertThat(world.store.state()).isInstanceOf(Following.class);
        assertThat(world.marker.on()).isTrue();
        assertThat(promote(PLAIN).epoch()).isEqualTo(2);
    }

    /** Nothing of it is durable before it is known that it can succeed. */
    @Test
    void aClaimThatIsTakenLeavesNoIntent() {
        world.claims.takenByAnother(2);
        byte[] before = world.file.read().orElseThrow();

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(world.file.read().orElseThrow()).isEqualTo(before);
        refused(() -> promote(UNFENCED), ErrorCode.EPOCH_TAKEN);
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    @Test
    void refusesWhereNothingWasEverImported() {
        World empty = World.standby();

        refused(() -> empty.agent().promotion().promote(PLAIN), ErrorCode.NOT_BACKUP_MODE);
        assertThat(empty.marker.on()).isTrue();
    }

    @Test
    void refusesWithKeysThatMayOnlyReadAndSaysWhatToGiveIt() {
        world.claims.deny();

        assertThatThrownBy(() -> promote(PLAIN)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.FILESTORE_DENIED);
            assertThat(failure.hint()).startsWith("give the agent keys that may write");
        });
        assertThat(world.marker.on()).isTrue();
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    @Test
    void refusesWhileTheFilestoreIsAwayAndSaysHowToGoUnfenced() {
        world.claims.goDown();

        assertThatThrownBy(() -> promote(PLAIN)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(failure.hint()).contains("--unfenced");
        });
        assertThat(world.marker.on()).isTrue();
        assertThat(world.store.state()).isInstanceOf(Following.class);
        world.source.commit(1, 2);
        assertThat(world.sync().applied()).isPresent();
    }

    @Test
    void goesUnfencedAndClaimsLater() {
        world.claims.goDown();

        Report report = promote(UNFENCED);

        assertThat(report.claimed()).isFalse();
        assertThat(report.warnings()).hasSize(1);
        assertThat(world.marker.on()).isFalse();
        assertThat(world.claims.held()).isZero();
        assertThat(world.agent().promotion().repeatClaim()).isFalse();
        world.claims.comeBack();
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isTrue();
        assertThat(world.claims.held()).isEqualTo(2);
        assertThat(world.store.record().lastError()).isEmpty();
    }

    @Test
    void doesNotRepeatAPendingClaimInATightLoop() {
        world.claims.goDown();
        promote(UNFENCED);
        int before = world.store.record().lastError().orElseThrow().attempts();
        for (int i = 0; i < 100; i++) {
            world.agent().promotion().repeatClaim();
        }
        assertThat(world.store.record().lastError().orElseThrow().attempts()).isEqualTo(before);
    }

    @Test
    void staysInBackupModeWhenAnotherServerWasPromoted() {
        world.claims.takenByAnother(2);

        assertThatThrownBy(() -> promote(PLAIN)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
            assertThat(failure.hint()).contains("--force");
        });
        assertThat(world.marker.on()).isTrue();
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    @Test
    void forcePromotesOverAnotherServer() {
        world.claims.takenByAnother(2);

        assertThat(promote(FORCED).epoch()).isEqualTo(3);
        assertThat(world.claims.held()).isEqualTo(3);
    }

    @Test
    void recognisesItsOwnClaimWhoseAcknowledgementWasLost() {
        world.claims.loseAcknowledgements();
        refused(() -> promote(PLAIN), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();

        assertThat(promote(PLAIN).epoch()).isEqualTo(2);
    }

    @Test
    void forceRecognisesItsOwnClaimToo() {
        world.claims.loseAcknowledgements();
        refused(() -> promote(PLAIN), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();

        assertThat(promote(FORCED).epoch()).isEqualTo(2);
    }

    @Test
    void forceGoesPastAnotherThatCameAfterItsOwnClaim() {
        world.claims.loseAcknowledgements();
        refused(() -> promote(PLAIN), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();
        world.claims.takenByAnother(3);

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        assertThat(promote(FORCED).epoch()).isEqualTo(4);
        assertThat(world.claims.held()).isEqualTo(4);
    }

    @Test
    void aSiteThatDoesNotComeUpIsReportedButPromoted() {
        world.site.sickWith("00000001-00000001");

        Report report = promote(PLAIN);

        assertThat(report.warnings()).extracting(UnderstudyException::code).containsExactly(ErrorCode.SITE_UNHEALTHY);
        assertThat(world.marker.on()).isFalse();
        assertThat(world.store.record().lastError()).isPresent();
    }

    @Test
    void theServerThatIsThePrimaryAlreadySaysSoAndNothingIsTouched() {
        promote(PLAIN);
        int starts = world.site.starts();
        ReplicaRecord before = world.store.record();

        Report again = promote(PLAIN);

        assertThat(again.already()).isTrue();
        assertThat(again.epoch()).isEqualTo(2);
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.store.record()).isEqualTo(before);
        assertThat(world.agent().promotion().isPrimary(PLAIN)).isTrue();
    }

    /** Its claim stands in the filestore; without the note of it the primary's agent would commit nothing, for good. */
    @Test
    void aPrimaryWhoseNoteOfItsEpochIsLostGetsItBack() {
        promote(PLAIN);
        int starts = world.site.starts();
        world.claims.loseHeld();

        assertThat(promote(PLAIN).epoch()).isEqualTo(2);
        assertThat(world.claims.held()).isEqualTo(2);
        assertThat(world.site.starts()).isEqualTo(starts);
        world.claims.loseHeld();
        assertThat(promote(FORCED).epoch()).isEqualTo(2);
        assertThat(world.claims.held()).isEqualTo(2);
    }

    @Test
    void restartsTheSiteOfThePrimaryOnDemand() {
        promote(PLAIN);
        int starts = world.site.starts();

        Report again = promote(RESTART);

        assertThat(again.already()).isFalse();
        assertThat(again.epoch()).isEqualTo(2);
        assertThat(world.site.starts()).isEqualTo(starts + 1);
        assertThat(world.agent().promotion().isPrimary(RESTART)).isFalse();
    }

    @Test
    void repeatsTheRestartThatFailed() {
        world.site.stuckWith("00000001-00000001");
        assertThat(promote(PLAIN).warnings())
                .extracting(UnderstudyException::code)
                .containsExactly(ErrorCode.COMMAND_FAILED);
        assertThat(world.agent().promotion().isPrimary(PLAIN)).isFalse();
        world.site.recover();
        int starts = world.site.starts();

        assertThat(promote(PLAIN).already()).isFalse();
        assertThat(world.site.starts()).isEqualTo(starts + 1);
        assertThat(world.store.record().lastError()).isEmpty();
        assertThat(promote(PLAIN).already()).isTrue();
        assertThat(world.site.starts()).isEqualTo(starts + 1);
    }

    @Test
    void aProductionServerThatWasNeverAReplicaIsThePrimaryAlready() {
        World primary = new World();
        primary.databases.create(FakeDatabases.LIVE);
        primary.claims.hold(new EpochClaim(1, "standby", primary.time.clock().instant(), "init", "the primary"));

        Report report = primary.agent().promotion().promote(PLAIN);

        assertThat(report.already()).isTrue();
        assertThat(report.epoch()).isEqualTo(1);
        assertThat(report.serving()).isEmpty();
        assertThat(primary.site.starts()).isZero();
        assertThat(primary.store.read()).isEmpty();
        assertThat(primary.agent().promotion().promote(RESTART).already()).isFalse();
        assertThat(primary.site.starts()).isEqualTo(1);
    }

    @Test
    void anOldPrimaryThatAnotherServerOvertookIsNotCalledThePrimary() {
        World old = new World();
        old.databases.create(FakeDatabases.LIVE);
        old.claims.hold(new EpochClaim(1, "standby", old.time.clock().instant(), "init", "the primary"));
        old.claims.takenByAnother(2);

        assertThatThrownBy(() -> old.agent().promotion().promote(PLAIN))
                .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
                    assertThat(failure.hint()).contains("agent-replica rejoin", "agent-replica promote --force");
                });
        assertThat(old.site.starts()).isZero();
    }

    @Test
    void withoutAMarkerAnEpochOfAnotherIsAnErrorAndTheSiteIsNotStartedAsASecondProduction() {
        int starts = world.site.starts();
        world.marker.removeByHand();
        world.claims.takenByAnother(2);

        assertThatThrownBy(() -> promote(PLAIN)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
            assertThat(failure.hint()).contains("--force", "agent-replica rejoin");
        });
        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isFalse());
        assertThat(world.claims.held()).isZero();
        assertThat(world.store.record().lastError()).isPresent();
    }

    @Test
    void promotingAgainWithForceTakesAPendingClaimPastAnother() {
        world.marker.removeByHand();
        world.claims.takenByAnother(2);
        world.agent().promotion().acceptRemoval();
        assertThat(world.claims.held()).isZero();

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        assertThat(promote(FORCED).epoch()).isEqualTo(3);
        assertThat(world.claims.held()).isEqualTo(3);
    }

    @Test
    void aPromotedServerThatAnotherOvertookIsNotStartedAgainAsASecondProduction() {
        promote(PLAIN);
        int starts = world.site.starts();
        world.claims.takenByAnother(3);

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(world.site.starts()).isEqualTo(starts);
    }

    @Test
    void forcePromotesAServerAgainThatAnotherOvertook() {
        promote(PLAIN);
        world.claims.takenByAnother(3);
        world.claims.loseAcknowledgements();
        refused(() -> promote(FORCED), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();

        assertThat(promote(FORCED).epoch()).isEqualTo(4);
        assertThat(world.claims.held()).isEqualTo(4);
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isTrue());
    }

    @Test
    void restartsTheSiteOnDemandAlsoWhileTheFilestoreIsAway() {
        promote(PLAIN);
        int starts = world.site.starts();
        world.claims.goDown();

        assertThat(promote(RESTART).claimed()).isTrue();
        assertThat(world.site.starts()).isEqualTo(starts + 1);
        assertThat(promote(PLAIN).already()).isTrue();
    }

    @Test
    void finishesAnApplyThatIsUnderWayFirst() {
        world.source.commit(1, 2);
        world.points.dieBefore("restart");
        die(world::sync);
        world.points.live();

        assertThat(promote(PLAIN).serving().flatMap(DatabaseVersion::snapshot))
                .hasToString("Optional[00000001-00000002]");
        assertThat(world.content()).isEqualTo("00000001-00000002");
    }

    @Test
    void aPromotedServerWhoseMarkerComesBackFollowsAndKeepsItsDatabase() {
        promote(PLAIN);
        world.marker.putByHand(Optional.empty());
        world.source.claimed(3);
        world.source.commit(3, 2);
        world.sync();
        world.source.commit(3, 3);
        world.sync();

        assertThat(world.content()).isEqualTo("00000003-00000003");
        // What it served in its own epoch was never dropped.
        assertThat(world.databases.content("site_before_understudy_2")).isEqualTo("00000001-00000001");
    }

    @TestFactory
    Stream<DynamicTest> isFinishedByTheNextProcessWhereverItIsKilled() {
        World whole = following();
        whole.points.live();
        whole.agent().promotion().promote(PLAIN);
        int points = whole.points.passed();
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest(k + " " + whole.points.trace().get(k), () -> {
                    World one = following();
                    one.points.dieAt(k);
                    die(() -> one.agent().promotion().promote(PLAIN));
                    one.points.live();
                    if (one.store.state() instanceof Promoting) {
                        one.agent().promotion().resume();
                    } else if (one.store.state() instanceof Following) {
                        assertThat(one.marker.on()).isTrue();
                        assertThat(one.claims.nonce(2)).isEmpty();
                        one.agent().promotion().promote(PLAIN);
                    }
                    assertThat(one.store.state()).isInstanceOf(Promoted.class);
                    assertThat(one.claims.nonce(2)).isPresent();
                    assertThat(one.claims.held()).isEqualTo(2);
                    assertThat(one.marker.on()).isFalse();
                    assertThat(one.site.running()).isTrue();
                }));
    }
}
