package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.files.TreeKind;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoundTest extends StandbyRound {
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

    /** So that configuration which says production is never live without the marker, nor on a database that is not. */
    @Test
    void exchangesDatabaseConfigurationSecretsAndFilesBetweenTwoMarkers() {
        List<Object> live = new ArrayList<>();
        live.add(world.databases.find(FakeDatabases.LIVE));
        world.trees.whenForward(TreeKind.CONFIG, () -> live.add(world.databases.find(FakeDatabases.LIVE)));
        world.source.commit(1, 1);
        world.points.live();

        world.sync();

        assertThat(world.points.trace())
                .containsSubsequence(
                        "after mark",
                        "after stop",
                        "before forward CONFIG",
                        "before forward SECRETS",
                        "before forward FILES",
                        "after mark",
                        "before restart");
        assertThat(live).hasSize(2).doesNotHaveDuplicates();
        assertThat(world.databases.find(FakeDatabases.LIVE)).isEqualTo(live.get(1));
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
}
