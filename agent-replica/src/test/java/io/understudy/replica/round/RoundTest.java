package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoundTest {
    private final World world = World.standby();

    @Test
    void importsTheNewestInTheOrderOfTheSteps() {
        List<Step> steps = new ArrayList<>();
        world.events = new Events(world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.StepBegan began) {
                steps.add(began.step());
            }
        });
        world.source.commit(1, 1);
        SnapshotId newest = world.source.commit(1, 2);

        RoundResult result = world.sync();

        assertThat(result.applied()).contains(newest);
        assertThat(result.fetchedBytes()).isEqualTo(1000);
        assertThat(result.steps().keySet())
                .containsExactlyInAnyOrder(
                        Step.FETCH, Step.VERIFY, Step.LOAD, Step.STAGE, Step.APPLY, Step.RESTART, Step.PROVE);
        assertThat(steps)
                .containsExactly(Step.FETCH, Step.VERIFY, Step.LOAD, Step.STAGE, Step.APPLY, Step.RESTART, Step.PROVE);
        assertThat(world.source.reported()).containsExactly(newest);
        assertThat(world.marker.named()).contains(newest);
    }

    @Test
    void doesNothingAtAllWhenNothingIsNew() {
        world.source.commit(1, 1);
        world.sync();
        int starts = world.site.starts();
        int fetches = world.source.fetches();
        int listings = world.source.listings();
        int epochs = world.source.epochReads();

        assertThat(world.poll().applied()).isEmpty();

        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.source.fetches()).isEqualTo(fetches);
        assertThat(world.source.listings()).isEqualTo(listings + 1);
        assertThat(world.source.epochReads()).isEqualTo(epochs + 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {
                "MANIFEST_DAMAGED",
                "MANIFEST_UNSIGNED",
                "SIGNER_UNKNOWN",
                "SIGNATURE_INVALID",
                "WRONG_SITE",
                "WRONG_REPOSITORY",
                "FORMAT_UNKNOWN"
            })
    void junkHidesNoSnapshotAndIsReported(ErrorCode junk) {
        world.source.commit(1, 2);
        world.sync();
        SnapshotId good = world.source.commit(1, 3);
        world.source.damage(world.source.commit(1, 4), junk);
        world.source.damage(world.source.commit(9, 9), junk);

        RoundResult result = world.sync();

        assertThat(result.applied()).contains(good);
        assertThat(result.left())
                .extracting(Discrepancy::message)
                .anyMatch(each -> each.startsWith("manifests/00000001-00000004.json is junk"))
                .anyMatch(each -> each.startsWith("manifests/00000009-00000009.json is junk"));
        assertThat(world.store.record().failures()).isZero();
        // With nothing else that is newer, it is an import that fails: the primary's new key may be missing here.
        refused(world::sync, junk);
        SnapshotId next = world.source.commit(1, 5);
        assertThat(world.sync().applied()).contains(next);
    }

    @Test
    void dataThatIsOlderThanWhatIsLiveIsImportedOnlyWhenAskedFor() {
        world.source.commit(1, 5);
        world.sync();
        SnapshotId older = world.source.commit(1, 7);
        world.source.moment(older, FakeSource.MOMENT);

        refused(world::sync, ErrorCode.SNAPSHOT_OLDER);
        assertThat(world.poll().applied()).isEmpty();
        SnapshotId good = world.source.commit(1, 6);
        assertThat(world.sync().applied()).contains(good);

        assertThat(world.restore(older).applied()).contains(older);
    }

    @Test
    void saysThatTheRepositoryWasPutBack() {
        SnapshotId first = world.source.commit(1, 1);
        SnapshotId second = world.source.commit(1, 2);
        world.sync();
        assertThat(world.sync().left()).isEmpty();

        world.source.forget(second);

        assertThat(world.sync().left())
                .extracting(Discrepancy::code, Discrepancy::message)
                .containsExactly(tuple(
                        "repository_older",
                        "the repository is older than this server: " + second + " is live here, the newest there is "
                                + first));
        world.source.forget(first);
        assertThat(world.sync().left()).extracting(Discrepancy::message).anyMatch(each -> each.endsWith("is none"));
        world.source.commit(1, 3);
        assertThat(world.sync().left()).isEmpty();
    }

    @Test
    void aStandbyThatIsUpToDateWaitsTooWhenAnotherServerIsPromoted() {
        world.source.commit(1, 1);
        world.sync();
        assertThat(world.poll().waits()).isEmpty();

        world.source.claimed(2);

        assertThat(world.poll().waits()).contains(new AwaitedEpoch(2));
        world.source.commit(2, 2);
        assertThat(world.poll().waits()).isEmpty();
    }

    @Test
    void importsNothingWithoutTheMarker() {
        world.source.commit(1, 1);
        world.marker.removeByHand();

        refused(world::sync, ErrorCode.NOT_BACKUP_MODE);

        assertThat(world.source.listings()).isZero();
        assertThat(world.content()).isEqualTo("original");
        assertThat(world.store.read()).isEmpty();
    }

    @Test
    void looksAtTheMarkerAgainBeforeItApplies() {
        world.source.commit(1, 1);
        world.databases.duringLoad(world.marker::removeByHand);

        refused(world::sync, ErrorCode.NOT_BACKUP_MODE);

        assertThat(world.content()).isEqualTo("original");
        assertThat(world.store.record().lastError()).isEmpty();
    }

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
    void neverGoesBackwardByItself() {
        world.source.commit(1, 5);
        world.sync();
        world.source.commit(1, 3);

        assertThat(world.sync().applied()).isEmpty();
    }

    @Test
    void ignoresWhatAFencedPrimaryCommitted() {
        world.source.commit(1, 1);
        world.sync();
        world.source.claimed(2);
        world.source.commit(1, 2);

        assertThat(world.sync().applied()).isEmpty();
        SnapshotId next = world.source.commit(2, 3);
        assertThat(world.sync().applied()).contains(next);
    }

    @Test
    void aRoundThatWasGivenUpLeavesNoTrace() {
        world.source.commit(1, 1);
        RoundControl control = new RoundControl();
        world.databases.duringLoad(control::cancel);

        refused(() -> world.agent().round().run(ImportRequest.now(), control), ErrorCode.CANCELLED);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(world.store.record().lastError()).isEmpty();
        assertThat(world.content()).isEqualTo("original");
        assertThat(world.sync().applied()).isPresent();
    }

    @Test
    void aRoundThatReachedApplyIsFinished() {
        world.source.commit(1, 1);
        RoundControl control = new RoundControl();
        world.site.whenStopped(control::cancel);

        assertThat(world.agent().round().run(ImportRequest.now(), control).applied())
                .isPresent();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
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
    void keepsWhatMayHaveServedWhileTheMarkerWasAway() {
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        world.marker.removeByHand();
        world.marker.putByHand(Optional.empty());
        for (int sequence = 2; sequence <= 3; sequence++) {
            world.source.commit(1, sequence);
            world.sync();
        }
        assertThat(world.databases.content("site_before_understudy_2")).isEqualTo(first.toString());
    }

    @Test
    void findsItsWayWhenTheStateIsLostAndDropsNothing() {
        world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        world.file.lose();

        assertThat(world.sync().applied()).isEmpty();

        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Following.class, it -> assertThat(it.proven()).isFalse());
        world.source.commit(1, 3);
        world.sync();
        world.assertWhole();
        assertThat(world.content()).isEqualTo("00000001-00000003");
        assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo("00000001-00000002");
        assertThat(world.databases.content("site_before_understudy_2")).isEqualTo("00000001-00000001");
    }

    @Test
    void findsItsWayWhenTheStateIsLostWithAnEmptyMarker() {
        world.source.commit(1, 1);
        world.sync();
        world.file.lose();
        world.marker.putByHand(Optional.empty());

        assertThat(world.sync().applied()).isPresent();
        world.assertWhole();
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

    private Duration pause(SnapshotId snapshot) {
        FailedAttempt failedAttempt =
                world.store.record().failedAttempt(snapshot).orElseThrow();
        return Duration.between(world.time.now(), failedAttempt.notBefore().orElseThrow());
    }

    private static void refused(ThrowingCallable work, ErrorCode code) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
