package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.AheadStep;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RestoreAndRollbackTest {
    private final World world = World.standby();

    @Test
    void restoresAnOlderOneByNameAndStaysThereUntilSomethingNewComes() {
        SnapshotId older = world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();

        assertThat(world.restore(older).applied()).contains(older);

        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.sync().applied()).isEmpty();
        SnapshotId next = world.source.commit(1, 3);
        assertThat(world.sync().applied()).contains(next);
    }

    /** There are hundreds of continuous ones, and the record is written with each step. */
    @Test
    void allThatARestorePassesOverIsOneEntryOfTheRecord() {
        SnapshotId older = world.source.commit(1, 1);
        world.sync();
        SnapshotId scheduled = world.source.commit(1, 2);
        for (int sequence = 3; sequence < 50; sequence++) {
            world.source.continuous(1, sequence, scheduled);
        }
        world.poll();

        world.restore(older);

        assertThat(world.store.record().failedAttempts()).hasSize(1);
        assertThat(world.store.record().failedAttempt(scheduled)).isPresent();
        assertThat(world.store.record().failedAttempt(older)).isEmpty();
        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.store.record().ahead()).isEmpty();
        SnapshotId next = world.source.commit(1, 50);
        assertThat(world.poll().applied()).contains(next);
        assertThat(world.store.record().failedAttempts()).isEmpty();
    }

    /** The wish of before is over: what is loaded for the next attempt is what a promotion serves. */
    @Test
    void whatWasPassedOverAndIsAskedForIsServedThoughItCouldNotBeApplied() {
        SnapshotId older = world.source.commit(1, 1);
        world.sync();
        SnapshotId between = world.source.commit(1, 2);
        world.source.commit(1, 3);
        SnapshotId wanted = world.source.commit(1, 4);
        SnapshotId newest = world.source.commit(1, 5);
        world.sync();
        world.restore(older);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        assertThatThrownBy(() -> world.restore(wanted)).isInstanceOf(UnderstudyException.class);
        world.databases.allowExchange();
        world.time.advance(Duration.ofHours(1));

        world.poll();

        ReplicaRecord record = world.store.record();
        assertThat(record.failedAttempt(newest)).isPresent();
        assertThat(record.failedAttempt(between)).as("still passed over").isPresent();
        assertThat(record.ahead())
                .hasValueSatisfying(ahead -> assertThat(ahead.snapshot()).isEqualTo(wanted));
        assertThat(AheadStep.in(record)).as("by a promotion").isEqualTo(record.ahead());
    }

    @Test
    void whatOnlyHasTheNameOfANewerOneDoesNotHideWhatIsStillToCome() {
        SnapshotId older = world.source.commit(1, 1);
        world.source.commit(1, 2);
        world.sync();
        world.source.damage(world.source.commit(1, 90), ErrorCode.SIGNATURE_INVALID);

        world.restore(older);

        SnapshotId next = world.source.commit(1, 3);
        assertThat(world.poll().applied()).contains(next);
    }

    /** The object was removed, and the primary came to its number. */
    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"MANIFEST_DAMAGED", "SIGNER_UNKNOWN", "SIGNATURE_INVALID", "WRONG_REPOSITORY", "FILESTORE_DENIED"})
    void aSnapshotThatGetsTheNameOfWhatWasNoneIsImported(ErrorCode junk) {
        SnapshotId older = world.source.commit(1, 1);
        world.source.commit(1, 2);
        world.sync();
        SnapshotId name = world.source.commit(1, 3);
        world.source.damage(name, junk);

        world.restore(older);

        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.store.record().failedAttempt(name))
                .hasValueSatisfying(noted -> assertThat(noted.code()).isEqualTo(junk));
        world.source.mend(name);
        assertThat(world.poll().applied()).contains(name);
        assertThat(world.store.record().failedAttempts()).isEmpty();
    }

    @Test
    void aContinuousOneWithTheNameOfWhatWasNoneIsServedByAPromotion() {
        SnapshotId older = world.source.commit(1, 1);
        SnapshotId scheduled = world.source.commit(1, 2);
        world.sync();
        SnapshotId name = world.source.continuous(1, 3, scheduled);
        world.source.damage(name, ErrorCode.SIGNATURE_INVALID);
        world.restore(older);
        world.source.mend(name);

        world.poll();

        ReplicaRecord record = world.store.record();
        assertThat(record.ahead())
                .hasValueSatisfying(ahead -> assertThat(ahead.snapshot()).isEqualTo(name));
        assertThat(AheadStep.in(record)).as("by a promotion").isEqualTo(record.ahead());
    }

    /** It is genuine by now: who goes behind it once more does not want it. */
    @Test
    void whatIsASnapshotByNowIsPassedOverByTheNextRestore() {
        SnapshotId older = world.source.commit(1, 1);
        world.source.commit(1, 2);
        world.sync();
        SnapshotId name = world.source.commit(1, 3);
        world.source.damage(name, ErrorCode.SIGNATURE_INVALID);
        world.restore(older);
        world.source.mend(name);

        world.restore(older);

        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.store.record().failedAttempt(name))
                .hasValueSatisfying(noted -> assertThat(noted.wanted()).isTrue());
    }

    /** A broken download looks like what another wrote; what an operator went behind must not come back for that. */
    @Test
    void aSnapshotThatIsReadBrokenOnceIsPassedOverAsAnyOther() {
        SnapshotId older = world.source.commit(1, 1);
        world.source.commit(1, 2);
        world.sync();
        SnapshotId newest = world.source.commit(1, 3);
        world.source.breakOnce(newest);

        world.restore(older);

        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.store.record().failedAttempt(newest))
                .hasValueSatisfying(noted -> assertThat(noted.wanted()).isTrue());
    }

    @Test
    void aRestorePassesOverWhatIsOlderThanARejectedOneToo() {
        SnapshotId older = world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        SnapshotId bad = world.source.commit(1, 3);
        world.site.sickWith(bad.toString());
        refused(world::poll, ErrorCode.SITE_UNHEALTHY);

        world.restore(older);

        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.store.record().failedAttempt(bad).orElseThrow().code()).isEqualTo(ErrorCode.SITE_UNHEALTHY);
    }

    @Test
    void aRestoreThatCannotBeFetchedPassesOverNothing() {
        SnapshotId older = world.source.commit(1, 1);
        world.source.commit(1, 2);
        world.sync();
        SnapshotId newest = world.source.commit(1, 3);
        world.source.damage(older, ErrorCode.BLOB_MISSING);

        refused(() -> world.restore(older), ErrorCode.BLOB_MISSING);

        assertThat(world.poll().applied()).contains(newest);
    }

    @Test
    void aRestoreThatLosesTheMarkerBeforeItAppliesPassesOverNothing() {
        SnapshotId older = world.source.commit(1, 1);
        world.sync();
        SnapshotId newest = world.source.commit(1, 2);
        world.sync();
        world.events = new Events(world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.StepBegan began && began.step() == Step.STAGE) {
                world.marker.removeByHand();
            }
        });

        refused(() -> world.restore(older), ErrorCode.NOT_BACKUP_MODE);

        assertThat(world.content()).isEqualTo(newest.toString());
        assertThat(world.store.record().failedAttempt(newest)).isEmpty();
    }

    @Test
    void tellsThatTheSiteIsUnwellAfterARollback() {
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        world.site.sickWith(first.toString());
        World.Agent agent = world.agent();
        agent.intents().rollback();

        assertThat(agent.applier().finish().unwell())
                .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SITE_UNHEALTHY));

        assertThat(world.content()).isEqualTo(first.toString());
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Following.class, now -> assertThat(now.proven()).isFalse());
    }

    @Test
    void refusesToRestoreWhatIsNotThereAndRemembersNoFailure() {
        refused(() -> world.restore(new SnapshotId(1, 7)), ErrorCode.SNAPSHOT_UNKNOWN);

        assertThat(world.store.record().lastError()).isEmpty();
    }

    @Test
    void rollsBackToTheOneBeforeAndRejectsTheNewer() {
        world.source.commit(1, 1);
        world.sync();
        SnapshotId second = world.source.commit(1, 2);
        world.sync();

        rollback();

        world.assertWhole();
        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Following.class, now -> assertThat(now.proven()).isTrue());
        assertThat(world.databases.names()).doesNotContain(FakeDatabases.SPARE, FakeDatabases.PREVIOUS);
        assertThat(world.sync().applied()).isEmpty();
        refused(this::rollback, ErrorCode.NOTHING_TO_ROLL_BACK);
        assertThat(world.restore(second).applied()).contains(second);
    }

    /** They have what the operator goes back from, or most of it: a continuous one is of the second before. */
    @Test
    void aRollbackPassesOverAllThatCameBetweenAndNothingThatComesBehind() {
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.source.continuous(1, 3, new SnapshotId(1, 2));
        world.source.commit(1, 4);
        world.sync();

        rollback();

        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.store.record().ahead()).isEmpty();
        assertThat(world.sync().applied()).isEmpty();
        assertThat(world.content()).isEqualTo(first.toString());
        SnapshotId next = world.source.commit(1, 5);
        assertThat(world.poll().applied()).contains(next);
    }

    @Test
    void aRollbackOfTheFirstImportPassesOverAllThatIsOlder() {
        world.source.commit(1, 1);
        world.source.commit(1, 2);
        world.source.commit(1, 3);
        world.sync();

        rollback();

        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.content()).isEqualTo("original");
        SnapshotId next = world.source.commit(1, 4);
        assertThat(world.poll().applied()).contains(next);
    }

    /** Retention deleted it there; what is held or was live stays here for longer. */
    @Test
    void restoresWhatTheMirrorAloneHas() {
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        world.source.forget(first);

        assertThat(world.restore(first).applied()).contains(first);
    }

    /** The mirror has it, and nothing asks the filestore for it. */
    @Test
    void restoresWhatTheMirrorHasWithTheNetworkDown() {
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        SnapshotId second = world.source.commit(1, 2);
        world.sync();
        world.source.goDown();
        int fetches = world.source.fetches();

        world.agent().round().require(first);
        assertThat(world.restore(first).applied()).contains(first);

        assertThat(world.source.fetches()).isEqualTo(fetches);
        world.source.comeBack();
        assertThat(world.poll().applied()).as("it was passed over").isEmpty();
        assertThat(world.content()).isEqualTo(first.toString());
        SnapshotId third = world.source.commit(1, 3);
        assertThat(world.poll().applied()).contains(third);
        assertThat(second).isLessThan(third);
    }

    /** What came while it could not be asked is as what comes later. */
    @Test
    void whatThisServerHasNotSeenIsNotPassedOverWithTheNetworkDown() {
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        SnapshotId unseen = world.source.commit(1, 3);
        world.source.goDown();

        assertThat(world.restore(first).applied()).contains(first);

        world.source.comeBack();
        assertThat(world.poll().applied()).contains(unseen);
    }

    @Test
    void refusesWhatTheMirrorLacksWithTheNetworkDown() {
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        world.source.goDown();
        world.source.emptyMirror();

        refused(() -> world.agent().round().require(first), ErrorCode.FILESTORE_UNREACHABLE);
        refused(() -> world.restore(first), ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void rollsTheFirstImportBackToWhatWasThere() {
        world.source.commit(1, 1);
        world.sync();

        rollback();

        world.assertWhole();
        assertThat(world.content()).isEqualTo("original");
    }

    @Test
    void refusesToRollBackWhereTheObjectsBeforeAreOverwritten() {
        world.source.commit(1, 1);
        world.sync();
        world.trees.overwrite("assets");

        assertThatThrownBy(this::rollback)
                .hasMessageContaining("cannot roll back: a newer import has begun to write where tree assets");

        assertThat(world.content()).isEqualTo("00000001-00000001");
    }

    @Test
    void refusesToRollBackWithoutTheMarker() {
        world.source.commit(1, 1);
        world.sync();
        world.marker.removeByHand();

        refused(this::rollback, ErrorCode.NOT_BACKUP_MODE);
    }

    private void rollback() {
        World.Agent agent = world.agent();
        agent.intents().rollback();
        agent.applier().finish();
    }

    private static void refused(ThrowingCallable work, ErrorCode code) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    @Test
    void rollsBackThoughAStrangerHasTheNameOfTheSpare() {
        World world = World.standby();
        world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        world.databases.create(FakeDatabases.SPARE);

        world.agent().intents().rollback();
        world.agent().applier().finish();
        world.agent().cleanUp().run(() -> false);

        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.databases.content(FakeDatabases.SPARE)).isEqualTo("original");
        assertThat(world.databases.retired())
                .containsExactly(world.databases.base().orElseThrow().database());
    }

    @Test
    void rollsBackThoughASpareWaitsForItsNextAttempt() {
        World world = World.standby();
        world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        world.source.commit(1, 3);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        assertThatThrownBy(world::sync).isInstanceOf(UnderstudyException.class);
        world.databases.allowExchange();
        assertThat(world.databases.content(FakeDatabases.SPARE)).isEqualTo("00000001-00000003");

        World.Agent agent = world.agent();
        agent.intents().rollback();
        agent.applier().finish();

        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.site.running()).isTrue();
        agent.cleanUp().run(() -> false);
        assertThat(world.trees.staged()).as("waits for its next attempt").containsExactly("3-00000001-00000003");
    }
}
