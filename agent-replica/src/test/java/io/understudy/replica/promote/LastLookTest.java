package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Goal;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Before it begins, a promotion asks the filestore for what is newer than all that is loaded. */
class LastLookTest extends FollowingStandby {
    private static final SnapshotId LIVE = new SnapshotId(1, 1);
    private static final SnapshotId AHEAD = new SnapshotId(1, 2);
    private static final SnapshotId NEWER = new SnapshotId(1, 3);

    @BeforeEach
    void load() {
        ahead(world, 1, 2);
    }

    private void assertServes(SnapshotId snapshot) {
        assertServes(world, snapshot);
    }

    private static void assertServes(World world, SnapshotId snapshot) {
        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(world.content()).isEqualTo(snapshot.toString());
        assertThat(world.site.startedWith()).isEqualTo(snapshot.toString());
        assertThat(world.marker.on()).isFalse();
    }

    private static void assertMissed(Report report, ErrorCode code) {
        assertThat(report.origin().missed().map(UnderstudyException::code)).contains(code);
    }

    @Test
    void servesWhatWasCommittedAndNotLoadedYet() {
        world.source.continuous(1, 3, LIVE);

        Report report = promote(PLAIN);

        assertServes(NEWER);
        assertThat(report.origin()).isEqualTo(Origin.AHEAD);
    }

    @Test
    void servesAScheduledOneToo() {
        world.source.commit(1, 3);

        promote(PLAIN);

        assertServes(NEWER);
    }

    @Test
    void servesItWhereNothingIsAhead() {
        world.store.change(ReplicaRecord::withoutAhead);
        world.source.remove(AHEAD);
        world.source.commit(1, 3);

        Report report = promote(PLAIN);

        assertServes(NEWER);
        assertThat(report.origin()).isEqualTo(Origin.AHEAD);
    }

    @Test
    void whatDriftedIsReportedWhenItMendsIt() {
        List<Object> drifted = new ArrayList<>();
        world.events = new Events(world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.DatabaseDrifted found) {
                drifted.addAll(found.tables());
            }
        });
        world.store.change(ReplicaRecord::withoutAhead);
        world.source.remove(AHEAD);
        world.source.commit(1, 3);
        world.databases
                .server()
                .write(world.databases.find(FakeDatabases.SPARE).orElseThrow(), Map.of("note", "written here"));

        promote(PLAIN);

        assertServes(NEWER);
        assertThat(drifted).containsExactly("public.note");
    }

    @Test
    void listsOnceAndReadsNothingWhereNothingIsNewer() {
        int reads = world.source.reads().size();
        int listings = world.source.listings();

        Report report = promote(PLAIN);

        assertServes(AHEAD);
        assertThat(report.origin().missed()).isEmpty();
        assertThat(world.source.reads()).hasSize(reads);
        assertThat(world.source.listings()).isEqualTo(listings + 1);
    }

    /** Retention deletes continuous snapshots within an hour or so; a standby may have been away for longer. */
    @Test
    void servesTheNewestAlsoWhereThoseBetweenWereDeleted() {
        world.source.commit(1, 3);
        world.source.continuous(1, 700, NEWER);
        world.source.continuous(1, 703, NEWER);

        promote(PLAIN);

        assertServes(new SnapshotId(1, 703));
    }

    @Test
    void junkAloneIsNothingNewer() {
        world.source.damage(world.source.commit(1, 30), ErrorCode.SIGNATURE_INVALID);

        Report report = promote(PLAIN);

        assertServes(AHEAD);
        assertThat(report.origin().missed()).isEmpty();
    }

    @Test
    void servesTheNewestOfMany() {
        for (int sequence = 3; sequence <= 60; sequence++) {
            world.source.continuous(1, sequence, LIVE);
        }
        world.source.damage(new SnapshotId(1, 60), ErrorCode.SIGNATURE_INVALID);

        promote(PLAIN);

        assertServes(new SnapshotId(1, 59));
    }

    @Test
    void junkOfTheNextNameHidesNone() {
        world.source.damage(world.source.commit(1, 3), ErrorCode.SIGNATURE_INVALID);
        world.source.continuous(1, 4, LIVE);

        promote(PLAIN);

        assertServes(new SnapshotId(1, 4));
    }

    @Test
    void olderDataUnderAHigherNumberIsNotServed() {
        world.source.moment(
                world.source.commit(1, 3), world.time.clock().instant().minus(Duration.ofDays(9)));

        promote(PLAIN);

        assertServes(AHEAD);
    }

    @Test
    void whatWasRejectedIsNotServed() {
        world.source.commit(1, 3);
        world.store.change(record -> record.withFailure(FailedAttempt.rejection(
                NEWER,
                Step.PROVE,
                new UnderstudyException(ErrorCode.SITE_UNHEALTHY, "it did not start", "look"),
                world.time.clock().instant())));

        Report report = promote(PLAIN);

        assertServes(AHEAD);
        assertThat(report.origin().missed()).isEmpty();
    }

    @Test
    void whatHadToBeTakenBackIsNotTriedAgain() {
        world.source.commit(1, 3);
        world.store.change(record -> record.withFailure(new FailedAttempt(
                Optional.of(NEWER),
                Step.APPLY,
                ErrorCode.DISK_FULL,
                "full",
                "make room",
                world.time.clock().instant(),
                1,
                Optional.of(world.time.clock().instant()),
                Optional.empty())));
        int loads = world.databases.loads();

        Report report = promote(PLAIN);

        assertServes(AHEAD);
        assertMissed(report, ErrorCode.DISK_FULL);
        assertThat(world.databases.loads()).isEqualTo(loads);
    }

    @Test
    void loadsNothingOnceTheMarkerIsGone() {
        world.source.commit(1, 3);
        int fetches = world.source.fetches();
        int loads = world.databases.loads();
        world.points.always(() -> {
            if (world.source.fetches() > fetches) {
                world.marker.removeByHand();
            }
        });

        Report report = promote(PLAIN);

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertServes(LIVE);
        assertMissed(report, ErrorCode.NOT_BACKUP_MODE);
    }

    @Test
    void asksNothingForTheProvenOneOrWhenItIsRefused() {
        world.source.commit(1, 3);
        int reads = world.source.reads().size();
        world.claims.takenByAnother(2);
        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        World other = following();
        other.source.commit(1, 2);
        int otherReads = other.source.reads().size();

        other.agent().promotion().promote(PROVEN);

        assertThat(world.source.reads()).hasSize(reads);
        assertThat(other.source.reads()).hasSize(otherReads);
        assertServes(other, LIVE);
    }

    @Test
    void asksNothingOfAnEpochThatIsOver() {
        world.source.commit(1, 3);
        world.claims.takenByAnother(2);
        int reads = world.source.reads().size();

        promote(FORCED);

        assertThat(world.source.reads()).hasSize(reads);
        assertServes(LIVE);
    }

    @Test
    void aFilestoreThatIsKnownToBeAwayIsNotAsked() {
        world.source.goDown();
        world.claims.goDown();
        refused(world::poll, ErrorCode.FILESTORE_UNREACHABLE);
        int reads = world.source.reads().size();

        Report report = promote(UNFENCED);

        assertServes(AHEAD);
        assertMissed(report, ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(world.source.reads()).hasSize(reads);
    }

    @Test
    void aFilestoreThatGoesAwayIsSaidToBe() {
        world.source.goDown();

        Report report = promote(PLAIN);

        assertServes(AHEAD);
        assertMissed(report, ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(report.origin().missed().get()).hasMessageContaining("newer snapshot is not known");
        assertThat(report.warnings()).isEmpty();
    }

    @Test
    void contentThatCannotBeFetchedLeavesWhatIsAhead() {
        world.source.damage(world.source.commit(1, 3), ErrorCode.BLOB_MISSING);

        Report report = promote(PLAIN);

        assertServes(AHEAD);
        assertMissed(report, ErrorCode.BLOB_MISSING);
        assertThat(report.origin().missed().get()).hasMessageContaining(NEWER + " is in the filestore");
    }

    @Test
    void checksThatFailLeaveWhatIsAhead() {
        world.source.commit(1, 3);
        world.databases.refusePreflight(new UnderstudyException(ErrorCode.MISSING_ROLE, "no role", "create it"));

        Report report = promote(PLAIN);

        assertServes(AHEAD);
        assertMissed(report, ErrorCode.MISSING_ROLE);
    }

    @Test
    void aLoadThatFailsBeforeItsCommitLeavesWhatWasAhead() {
        world.source.commit(1, 3);
        world.databases.duringLoad(() -> {
            assertThat(world.store.record().ahead()).isEmpty();
            throw new UnderstudyException(ErrorCode.DISK_FULL, "full", "make room");
        });

        Report report = promote(PLAIN);

        assertServes(AHEAD);
        assertThat(report.origin().ahead()).isTrue();
        assertMissed(report, ErrorCode.DISK_FULL);
    }

    /** As after a part of it was committed. */
    @Test
    void aLoadThatFailsLaterLeavesTheProvenOne() {
        world.source.commit(1, 3);
        world.databases.duringLoad(() -> {
            world.databases
                    .server()
                    .rename(world.databases.find(FakeDatabases.SPARE).orElseThrow(), "renamed");
            throw new UnderstudyException(ErrorCode.DISK_FULL, "full", "make room");
        });

        Report report = promote(PLAIN);

        assertServes(LIVE);
        assertThat(report.origin().why()).isPresent();
        assertMissed(report, ErrorCode.DISK_FULL);
    }

    /** So long that the load goes on for as long as it takes. */
    @Test
    void theOperatorSaysHowLongItMayTake() {
        world.source.commit(1, 3);
        world.databases.duringLoad(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new UnderstudyException(ErrorCode.LOAD_FAILED, "interrupted", "try again", e);
            }
        });

        Report report =
                promote(new Request("a test", false, false, false, false, Goal.NEWEST, Duration.ofMillis(50), true));

        assertServes(AHEAD);
        assertMissed(report, ErrorCode.LOAD_FAILED);
        assertThat(report.origin().missed().orElseThrow()).hasMessageContaining("did not end within 0 s");
    }

    @Test
    void whatWouldHaveToBeLoadedInFullIsNotBegun() {
        world.store.change(ReplicaRecord::withoutAhead);
        world.source.remove(AHEAD);
        world.source.commit(1, 3);
        world.source.emptyMirror();
        int loads = world.databases.loads();

        Report report = promote(PLAIN);

        assertServes(LIVE);
        assertThat(world.databases.loads()).isEqualTo(loads);
        assertMissed(report, ErrorCode.LOAD_FAILED);
    }

    @Test
    void aSiteThatDoesNotComeUpOnItServesTheProvenOne() {
        world.source.commit(1, 3);
        world.site.sickWith(NEWER.toString());

        Report report = promote(PLAIN);

        assertServes(LIVE);
        assertThat(report.origin().why().map(UnderstudyException::code)).contains(ErrorCode.SITE_UNHEALTHY);
    }

    /** At every point the next process finds one whole snapshot, and the next promotion serves the newest. */
    @TestFactory
    Stream<DynamicTest> isFinishedByTheNextPromotionWhereverItIsKilled() {
        World whole = withNewer();
        whole.points.live();
        whole.agent().promotion().promote(PLAIN);
        List<String> trace = whole.points.trace();
        assertThat(trace).contains("fetch", "after load");
        return IntStream.range(0, trace.size())
                .mapToObj(k -> DynamicTest.dynamicTest(k + " " + trace.get(k), () -> {
                    World one = withNewer();
                    promoteDespiteDeathAt(
                            k, one, () -> assertThat(one.content()).isIn(LIVE.toString(), NEWER.toString()));
                    assertServes(one, NEWER);
                }));
    }

    private static World withNewer() {
        World one = following();
        ahead(one, 1, 2);
        one.source.continuous(1, 3, LIVE);
        return one;
    }
}
