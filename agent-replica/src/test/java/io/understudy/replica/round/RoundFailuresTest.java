package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a round makes of what fails, and when it is tried again. */
class RoundFailuresTest extends StandbyRound {
    @Test
    void aSnapshotThatFailedWaitsLongerEachTime() {
        SnapshotId snapshot = world.source.commit(1, 1);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);

        refused(world::poll, ErrorCode.DATABASE_BUSY);
        Duration first = pause(snapshot);
        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.databases.loads()).isEqualTo(1);
        world.time.advance(first);
        refused(world::poll, ErrorCode.DATABASE_BUSY);
        world.time.advance(pause(snapshot));
        refused(world::poll, ErrorCode.DATABASE_BUSY);

        assertThat(pause(snapshot)).isGreaterThan(first);
        assertThat(world.store.record().failedAttempt(snapshot).orElseThrow().attempts())
                .isEqualTo(3);
        // What was loaded once is not loaded again.
        assertThat(world.databases.loads()).isEqualTo(1);
        world.databases.allowExchange();
        world.time.advance(Duration.ofHours(1));
        assertThat(world.poll().applied()).contains(snapshot);
        assertThat(world.store.record().lastError()).isEmpty();
        assertThat(world.store.record().failedAttempts()).isEmpty();
    }

    @Test
    void whatAnOperatorMustMendIsRetriedSlowlyAndAtOnceWhenAsked() {
        SnapshotId snapshot = world.source.commit(1, 1);
        world.databases.refusePreflight(new UnderstudyException(ErrorCode.MISSING_ROLE, "no role", "create it"));
        refused(world::poll, ErrorCode.MISSING_ROLE);

        assertThat(pause(snapshot)).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
        assertThat(world.databases.loads()).isZero();
        world.databases.refusePreflight(null);
        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.sync().applied()).contains(snapshot);
    }

    @Test
    void aNewerSnapshotDoesNotWaitForAFailedOne() {
        world.source.commit(1, 1);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        refused(world::poll, ErrorCode.DATABASE_BUSY);
        world.databases.allowExchange();

        SnapshotId newer = world.source.commit(1, 2);

        assertThat(world.poll().applied()).contains(newer);
    }

    @Test
    void anOlderOneIsNotTriedWhileTheNewestFailsForThisServersSake() {
        world.source.commit(1, 1);
        world.source.commit(1, 2);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        refused(world::poll, ErrorCode.DATABASE_BUSY);

        assertThat(world.poll().applied()).isEmpty();
    }

    @Test
    void aDamagedNewestDoesNotStandInTheWayOfAnOlderOne() {
        SnapshotId good = world.source.commit(1, 1);
        SnapshotId damaged = world.source.commit(1, 2);
        world.source.damage(damaged, ErrorCode.BLOB_DAMAGED);

        refused(world::poll, ErrorCode.BLOB_DAMAGED);

        assertThat(world.poll().applied()).contains(good);
    }

    @Test
    void aRejectedSnapshotIsTriedAgainOnlyWhenAsked() {
        SnapshotId bad = world.source.commit(1, 1);
        world.site.sickWith(bad.toString());
        refused(world::sync, ErrorCode.SITE_UNHEALTHY);
        int starts = world.site.starts();

        world.time.advance(Duration.ofDays(7));
        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.sync().applied()).isEmpty();
        assertThat(world.site.starts()).isEqualTo(starts);
        refused(() -> world.restore(bad), ErrorCode.SITE_UNHEALTHY);
        refused(
                () -> world.agent().round().run(new ImportRequest.Newest(true, true), new RoundControl()),
                ErrorCode.SITE_UNHEALTHY);
        assertThat(world.site.starts()).isGreaterThan(starts);
    }

    @Test
    void aRestartThatFailsGoesBackAndRejects() {
        world.source.commit(1, 1);
        world.sync();
        SnapshotId bad = world.source.commit(1, 2);
        world.site.stuckWith(bad.toString());

        assertThatThrownBy(world::sync).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
            assertThat(failure).hasMessageContaining("went back to 00000001-00000001");
            assertThat(failure.hint()).contains("agent-replica restore 00000001-00000002");
        });

        world.assertWhole();
        assertThat(world.content()).isEqualTo("00000001-00000001");
    }

    /** Also again and again: the database is loaded and the files are staged once. */
    @ParameterizedTest
    @EnumSource(TreeKind.class)
    void filesThatCannotBePlacedTakeEverythingBackAndAreTriedAgain(TreeKind kind) {
        world.source.commit(1, 1);
        world.sync();
        SnapshotId next = world.source.commit(1, 2);
        world.trees.refuse(kind, new UnderstudyException(ErrorCode.DISK_FULL, "full", "make room"));
        int loads = world.databases.loads();
        int stagings = world.trees.stagings();
        int restarts = world.site.restarts();

        for (int i = 0; i < 3; i++) {
            refused(world::sync, ErrorCode.DISK_FULL);
            world.assertWhole();
            assertThat(world.content()).isEqualTo("00000001-00000001");
        }
        world.trees.allow();
        assertThat(world.sync().applied()).contains(next);

        world.assertWhole();
        assertThat(world.databases.loads()).isEqualTo(loads + 1);
        assertThat(world.trees.stagings()).isEqualTo(stagings + 1);
        assertThat(world.site.restarts()).as("one for each attempt").isEqualTo(restarts + 4);
    }

    /** What the site does not start with is not the snapshot's fault when it starts with none. */
    @Test
    void aSiteThatStartsWithNoSnapshotRejectsNoneAndNothingIsLoadedOrSwappedAgain() {
        world.source.commit(1, 1);
        world.sync();
        SnapshotId next = world.source.commit(1, 2);
        int loads = world.databases.loads();
        int stagings = world.trees.stagings();
        int restarts = world.site.restarts();
        world.site.breakDown();

        refused(world::sync, ErrorCode.COMMAND_FAILED);

        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.store.record().failedAttempt(next).orElseThrow().notBefore())
                .isPresent();
        assertThat(world.site.restarts()).isEqualTo(restarts + 2);
        world.time.advance(Duration.ofHours(1));
        refused(world::poll, ErrorCode.COMMAND_FAILED);
        world.time.advance(Duration.ofHours(1));
        refused(world::poll, ErrorCode.COMMAND_FAILED);
        assertThat(world.site.restarts())
                .as("one for each further attempt, before anything is touched")
                .isEqualTo(restarts + 4);
        assertThat(world.content()).isEqualTo("00000001-00000001");

        world.site.recover();
        world.time.advance(Duration.ofHours(1));
        assertThat(world.poll().applied()).contains(next);

        world.assertWhole();
        assertThat(world.databases.loads()).isEqualTo(loads + 1);
        assertThat(world.trees.stagings()).isEqualTo(stagings + 1);
        assertThat(world.store.record().failedAttempts()).isEmpty();
    }

    @Test
    void aNewerSnapshotMayMendASiteThatDoesNotStart() {
        world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.site.stuckWith("00000001-00000001");
        world.site.stuckWith("00000001-00000002");
        refused(world::sync, ErrorCode.COMMAND_FAILED);

        SnapshotId mended = world.source.commit(1, 3);

        assertThat(world.sync().applied()).contains(mended);
        world.assertWhole();
    }

    @Test
    void whatIsLoadedOutlivesACrashOnTheWayBack() {
        world.source.commit(1, 1);
        world.sync();
        SnapshotId next = world.source.commit(1, 2);
        world.site.breakDown();
        int loads = world.databases.loads();
        world.points.dieBefore("keep staged");
        assertThatThrownBy(world::sync).isInstanceOf(Crash.class);
        world.points.live();
        world.site.recover();

        assertThat(world.sync().applied()).contains(next);
        assertThat(world.databases.loads()).isEqualTo(loads + 1);
    }

    @Test
    void aMarkerThatCannotBeWrittenStopsTheApplyBeforeAnythingIsTouched() {
        world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        int starts = world.site.starts();
        world.marker.refuseWrites();

        refused(world::sync, ErrorCode.DISK_FULL);

        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    @Test
    void goesBackEvenWhenTheMarkerCannotBeWrittenAnyMore() {
        world.source.commit(1, 1);
        world.sync();
        SnapshotId bad = world.source.commit(1, 2);
        world.site.sickWith(bad.toString());
        world.trees.whenForward(TreeKind.CONFIG, world.marker::refuseWrites);

        refused(world::sync, ErrorCode.DISK_FULL);

        world.assertWhole();
        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.marker.on()).isTrue();
    }

    @Test
    void aFilestoreThatIsAwayIsRememberedUntilItAnswers() {
        world.source.goDown();
        refused(world::poll, ErrorCode.FILESTORE_UNREACHABLE);
        refused(world::poll, ErrorCode.FILESTORE_UNREACHABLE);

        assertThat(world.store.record().lastError())
                .hasValueSatisfying(each -> assertThat(each.attempts()).isEqualTo(2));
        world.source.comeBack();
        world.poll();
        assertThat(world.store.record().lastError()).isEmpty();
    }

    @Test
    void aDefectIsAFailureLikeAnyOther() {
        world.source.commit(1, 1);
        world.databases.duringLoad(() -> {
            throw new IllegalStateException("a bug");
        });

        refused(world::sync, ErrorCode.INTERNAL);
        assertThat(world.store.record().lastError()).isPresent();
    }

    @Test
    void aSpareThatSomebodyDroppedIsLoadedAgain() {
        SnapshotId snapshot = world.source.commit(1, 1);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        refused(world::sync, ErrorCode.DATABASE_BUSY);
        world.databases.dropSpare();
        world.databases.allowExchange();

        assertThat(world.sync().applied()).contains(snapshot);
        assertThat(world.databases.loads()).isEqualTo(2);
    }

    @Test
    void saysWhenItTriesAgain() {
        world.source.commit(1, 1);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        refused(world::poll, ErrorCode.DATABASE_BUSY);

        ReplicaRecord record = world.store.record();
        assertThat(record.nextAttempt()).isEqualTo(record.lastError().flatMap(FailedAttempt::notBefore));
    }
}
