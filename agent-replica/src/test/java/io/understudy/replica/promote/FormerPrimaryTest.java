package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.databases.NumberedDatabases;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The server that was promoted last is lost before it shipped anything: the one before it is the primary again. */
class FormerPrimaryTest {
    private static final Request PLAIN = FollowingStandby.PLAIN;
    private static final Request FORCED = FollowingStandby.FORCED;
    private static final Request FORCED_UNFENCED = FollowingStandby.FORCED_UNFENCED;

    private static void holds(World world, int epoch) {
        world.claims.hold(new EpochClaim(epoch, "standby", world.time.clock().instant(), "init", "the primary"));
    }

    /** It was never a standby: its site serves, or was stopped by {@code on_fenced}. */
    private static World unmarked() {
        World old = new World();
        old.databases.create(FakeDatabases.LIVE);
        holds(old, 1);
        old.claims.takenByAnother(2);
        return old;
    }

    /** It was made a standby of the other, and has imported nothing yet. */
    private static World rejoined() {
        World old = World.standby();
        holds(old, 1);
        old.claims.takenByAnother(2);
        return old;
    }

    private static Report promote(World world, Request request) {
        return world.agent().promotion().promote(request);
    }

    private static void assertLeads(World world, Report report, int epoch) {
        assertThat(report.already()).isFalse();
        assertThat(report.epoch()).isEqualTo(epoch);
        assertThat(report.claimed()).isTrue();
        assertThat(report.warnings()).isEmpty();
        assertThat(report.serving().flatMap(DatabaseVersion::snapshot)).isEmpty();
        assertThat(world.claims.held()).isEqualTo(epoch);
        assertThat(world.marker.on()).isFalse();
        assertThat(world.site.running()).isTrue();
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isTrue());
        assertThat(promote(world, PLAIN).already()).isTrue();
    }

    @Test
    void withoutTheMarkerForceClaimsPastTheOtherAndStartsTheSite() {
        World old = unmarked();
        assertThatThrownBy(() -> promote(old, PLAIN)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
            assertThat(failure.hint()).contains("agent-replica rejoin", "agent-replica promote --force");
        });
        assertThat(old.site.starts()).isZero();

        assertLeads(old, promote(old, FORCED), 3);
        assertThat(old.site.starts()).isOne();
    }

    @Test
    void thePrimaryItselfClaimsNothing() {
        World primary = new World();
        primary.databases.create(FakeDatabases.LIVE);
        holds(primary, 1);

        assertThat(promote(primary, FORCED).already()).isTrue();
        assertThat(primary.claims.nonce(2)).isEmpty();
        assertThat(primary.site.starts()).isZero();
        assertThat(primary.store.read()).isEmpty();
    }

    @Test
    void withoutTheMarkerAndWithALostStateFolderToo() {
        World old = new World();
        old.databases.create(FakeDatabases.LIVE);
        old.claims.takenByAnother(2);

        assertLeads(old, promote(old, FORCED), 3);
    }

    /** What was seen of the other before needs no answer. */
    @Test
    void whileTheFilestoreIsAwayNothingIsClaimedUnlessUnfenced() {
        World old = unmarked();
        old.claims.seeAnother(2);
        old.claims.goDown();
        FollowingStandby.refused(() -> promote(old, PLAIN), ErrorCode.EPOCH_TAKEN);
        assertThatThrownBy(() -> promote(old, FORCED)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(failure).hasMessageNotContaining("backup mode");
            assertThat(failure.hint()).contains("--unfenced");
        });
        assertThat(old.store.read()).isEmpty();
        assertThat(old.site.starts()).isZero();

        Report report = promote(old, FORCED_UNFENCED);
        assertThat(report.claimed()).isFalse();
        assertThat(report.epoch()).isEqualTo(3);
        assertThat(old.site.starts()).isOne();
        old.claims.comeBack();
        old.time.advance(Duration.ofHours(1));
        assertThat(old.agent().promotion().repeatClaim()).isTrue();
        assertThat(old.claims.held()).isEqualTo(3);
    }

    /** The operator asked for no unfenced one: its site may be the second production. */
    @Test
    void whenTheFilestoreGoesAwayInTheMiddleItIsWhatItWas() {
        World old = unmarked();
        old.claims.goDownBeforeAClaim();

        FollowingStandby.refused(() -> promote(old, FORCED), ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(old.store.state()).isInstanceOf(Seeding.class);
        assertThat(old.site.starts()).isZero();
        old.claims.comeBack();
        assertLeads(old, promote(old, FORCED), 3);
    }

    @Test
    void withoutASigningKeyItIsWhatItWas() {
        World old = rejoined();
        old.claims.loseKey();

        FollowingStandby.refused(() -> promote(old, FORCED), ErrorCode.KEY_MISSING);
        assertThat(old.store.state()).isInstanceOf(Seeding.class);
        assertThat(old.marker.on()).isTrue();
    }

    @Test
    void asAStandbyThatHasImportedNothingItServesWhatItHad() {
        World old = rejoined();
        String own = old.content();
        assertThatThrownBy(() -> promote(old, PLAIN)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.NOT_BACKUP_MODE);
            assertThat(failure).hasMessageContaining("no snapshot was imported since it became a standby");
            assertThat(failure.hint()).contains("agent-replica promote --force");
        });
        assertThat(old.marker.on()).isTrue();

        assertLeads(old, promote(old, FORCED), 3);
        assertThat(old.content()).isEqualTo(own);
    }

    /** Its database is not what any site served. */
    @Test
    void aStandbyThatNeverWasThePrimaryHasNothingToServe() {
        World fresh = World.standby();

        assertThatThrownBy(() -> promote(fresh, FORCED)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.NOT_BACKUP_MODE);
            assertThat(failure.hint()).doesNotContain("--force");
        });
        assertThat(fresh.marker.on()).isTrue();
        assertThat(fresh.claims.nonce(2)).isEmpty();
    }

    @Test
    void withoutItsDatabaseItHasNothingEither() {
        World old = new World();
        old.marker.putByHand(Optional.empty());
        holds(old, 1);
        old.claims.takenByAnother(2);

        FollowingStandby.refused(() -> promote(old, FORCED), ErrorCode.NOT_BACKUP_MODE);
        assertThat(old.marker.on()).isTrue();
        assertThat(old.claims.nonce(3)).isEmpty();
    }

    @Test
    void aSiteWithoutPostgresqlNeedsNoDatabase(@TempDir Path state) {
        assertThat(new NumberedDatabases(state).own()).contains(new DatabaseIdentity(0, 0));
    }

    @Test
    void aClaimThatIsNotAcknowledgedLeavesAStandbyAndIsFoundAgain() {
        World old = rejoined();
        old.claims.loseAcknowledgements();
        FollowingStandby.refused(() -> promote(old, FORCED), ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(old.store.state()).isInstanceOf(Seeding.class);
        assertThat(old.marker.on()).isTrue();
        old.claims.comeBack();

        assertLeads(old, promote(old, FORCED), 3);
    }

    /** By its record it is an old primary to the agent next to it, which would stop the site that was started. */
    @Test
    void withoutANoteOfTheIntentNothingIsClaimed() {
        World old = rejoined();
        FollowingStandby.refused(() -> promote(old, PLAIN), ErrorCode.NOT_BACKUP_MODE);
        old.file.refuseWritesAfter(0);

        FollowingStandby.refused(() -> promote(old, FORCED), ErrorCode.FILE_FAILED);
        assertThat(old.claims.nonce(3)).isEmpty();
        assertThat(old.marker.on()).isTrue();
        old.file.allowWrites();
        assertLeads(old, promote(old, FORCED), 3);
    }

    /** The first snapshot of the other was being loaded, and is not live. */
    @Test
    void aLoadThatWasUnderWayChangesNothing() {
        World old = rejoined();
        String own = old.content();
        old.source.claimed(2);
        old.source.commit(2, 1);
        old.points.dieBefore("load");
        FollowingStandby.die(old::sync);
        old.points.live();
        assertThat(old.store.state()).isInstanceOf(Seeding.class);

        assertLeads(old, promote(old, FORCED), 3);
        assertThat(old.content()).isEqualTo(own);
    }

    /** It is finished first, as by any promotion, and what it makes live is served. */
    @Test
    void anApplyThatWasUnderWayIsFinished() {
        World old = rejoined();
        old.source.claimed(2);
        old.source.commit(2, 1);
        old.points.dieBefore("restart");
        FollowingStandby.die(old::sync);
        old.points.live();

        assertThat(promote(old, FORCED).serving().flatMap(DatabaseVersion::snapshot))
                .hasToString("Optional[00000002-00000001]");
        assertThat(old.content()).isEqualTo("00000002-00000001");
    }

    /** What was imported is served then, as on any standby. */
    @Test
    void afterAnImportItIsAStandbyLikeAnyOther() {
        World old = rejoined();
        old.source.claimed(2);
        old.source.commit(2, 1);
        old.sync();

        assertThat(old.store.state()).isInstanceOf(Following.class);
        assertThat(promote(old, PLAIN).serving().flatMap(DatabaseVersion::snapshot))
                .hasToString("Optional[00000002-00000001]");
    }

    @Test
    void madeAStandbyOnceMoreItFollowsAndItsDatabaseIsKept() {
        World old = rejoined();
        String own = old.liveDatabase();
        promote(old, FORCED);
        old.marker.putByHand(Optional.empty());
        old.source.claimed(4);
        old.source.commit(4, 1);
        old.sync();
        old.source.commit(4, 2);
        old.sync();

        assertThat(old.content()).isEqualTo("00000004-00000002");
        assertThat(old.databases.content("site_before_understudy")).isEqualTo(own);
    }

    @TestFactory
    Stream<DynamicTest> isFinishedByTheNextProcessWhereverItIsKilled() {
        World whole = rejoined();
        whole.points.live();
        promote(whole, FORCED);
        int points = whole.points.passed();
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest(k + " " + whole.points.trace().get(k), () -> {
                    World one = rejoined();
                    String own = one.content();
                    one.points.dieAt(k);
                    FollowingStandby.die(() -> promote(one, FORCED));
                    one.points.live();
                    if (one.store.state() instanceof Promoting) {
                        one.agent().promotion().resume();
                    } else if (one.store.state() instanceof Seeding) {
                        assertThat(one.marker.on()).isTrue();
                        assertThat(one.claims.nonce(3)).isEmpty();
                        promote(one, FORCED);
                    }
                    assertThat(one.store.state()).isInstanceOf(Promoted.class);
                    assertThat(one.claims.held()).isEqualTo(3);
                    assertThat(one.marker.on()).isFalse();
                    assertThat(one.site.running()).isTrue();
                    assertThat(one.content()).isEqualTo(own);
                }));
    }
}
