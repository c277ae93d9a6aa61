package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A promotion serves what is loaded ahead, and whatever fails of that it serves what was live. */
class PromotionAheadTest extends FollowingStandby {
    private static final String LIVE = "00000001-00000001";
    private static final String AHEAD = "00000001-00000002";
    private static final UnderstudyException READ_ONLY =
            new UnderstudyException(ErrorCode.FILE_FAILED, "cannot write: Read-only file system", "remount it");

    @BeforeEach
    void load() {
        ahead(world, 1, 2);
    }

    private static World withAhead() {
        World world = following();
        ahead(world, 1, 2);
        return world;
    }

    @Test
    void servesWhatIsAheadAfterTheSiteCameUpOnItInBackupMode() {
        List<String> starts = new ArrayList<>();
        world.points.always(() -> {
            String now = world.site.startedWith() + (world.marker.named().isPresent() ? " in backup mode" : "");
            if (world.site.starts() > starts.size() + 1) {
                starts.add(now);
            }
        });
        world.time.advance(Duration.ofSeconds(30));
        int before = world.site.starts();

        Report report = promote(PLAIN);

        assertPromoted(world);
        assertThat(world.content()).isEqualTo(AHEAD);
        assertThat(report.origin()).isEqualTo(Origin.AHEAD);
        assertThat(report.serving().flatMap(DatabaseVersion::snapshot)).hasToString("Optional[" + AHEAD + "]");
        assertThat(report.age())
                .contains(Duration.between(
                        FakeSource.MOMENT.plusSeconds(2), world.time.clock().instant()));
        assertThat(report.warnings()).isEmpty();
        assertThat(world.site.starts()).isEqualTo(before + 2);
        assertThat(starts.get(0)).isEqualTo(AHEAD + " in backup mode");
        assertThat(world.store.record().ahead()).isEmpty();
        assertThat(world.store.record().owned())
                .doesNotContain(world.databases.find(FakeDatabases.LIVE).orElseThrow());
    }

    @Test
    void servesTheProvenOneAtOnceWhenAskedTo() {
        int before = world.site.starts();

        Report report = promote(PROVEN);

        assertPromoted(world);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(report.origin()).isEqualTo(Origin.LIVE);
        assertThat(world.site.starts()).isEqualTo(before + 1);
    }

    @Test
    void aMarkerRemovedByHandServesWhatIsLive() {
        world.marker.removeByHand();

        world.agent().promotion().lead();

        assertPromoted(world);
        assertThat(world.content()).isEqualTo(LIVE);
    }

    @Test
    void aSecondPromotionFindsThatAllIsDone() {
        promote(PLAIN);
        int starts = world.site.starts();

        assertThat(promote(PLAIN).already()).isTrue();
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.content()).isEqualTo(AHEAD);
    }

    @Test
    void aSiteThatDoesNotComeUpOnItServesTheProvenOne() {
        world.site.sickWith(AHEAD);

        Report report = promote(PLAIN);

        assertServesProven(world, report, ErrorCode.SITE_UNHEALTHY);
        assertThat(report.warnings()).isEmpty();
        assertThat(world.site.startedWith()).isEqualTo(LIVE);
        assertThat(world.store.record().failedAttempt(SnapshotId.parse(AHEAD)))
                .hasValueSatisfying(each -> assertThat(each.rejection()).isTrue());
    }

    @Test
    void aSiteThatComesUpOnNeitherIsPromotedAllTheSame() {
        world.site.breakDown();

        Report report = promote(PLAIN);

        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(report.origin().why()).isPresent();
        assertThat(report.warnings()).extracting(UnderstudyException::code).contains(ErrorCode.COMMAND_FAILED);
    }

    @Test
    void whatIsNotNewerThanWhatIsLiveIsNotApplied() {
        Following live = (Following) world.store.state();
        SnapshotId newer = new SnapshotId(1, 3);
        world.store.change(record -> record.with(new Following(
                new DatabaseVersion(
                        live.current().database(),
                        Optional.of(newer),
                        live.current().moment(),
                        live.current().plans()),
                true,
                live.since(),
                Optional.empty())));

        assertThat(world.store.record().ahead()).isPresent();
        assertThat(AheadStep.in(world.store.record())).isEmpty();
    }

    @Test
    void waitsForALoadAheadButForNoOther() {
        List<Boolean> ends = new ArrayList<>();
        RoundControl ahead = new RoundControl();
        world.databases.duringLoad(() -> ends.add(ahead.isEndingSoon()));
        world.source.continuous(1, 3, SnapshotId.parse(LIVE));
        world.agent().round().run(ImportRequest.newest(), ahead);
        RoundControl whole = new RoundControl();
        world.databases.duringLoad(() -> ends.add(whole.isEndingSoon()));
        world.source.commit(1, 4);
        world.agent().round().run(ImportRequest.newest(), whole);

        assertThat(ends).containsExactly(true, false);
    }

    @Test
    void saysThatALoadWasGivenUpForIt() {
        world.store.change(ReplicaRecord::withoutAhead);

        Report report = world.agent().promotion().promote(PLAIN, true);

        assertServesProven(world, report, ErrorCode.LOAD_FAILED);
        assertThat(following().agent().promotion().promote(PROVEN, true).origin())
                .isEqualTo(Origin.LIVE);
    }

    @Test
    void doesNotTryAgainWhatTheSiteDidNotComeUpOn() {
        world.store.change(record -> record.withFailure(FailedAttempt.rejection(
                SnapshotId.parse(AHEAD),
                io.understudy.replica.events.Step.PROVE,
                READ_ONLY,
                world.time.clock().instant())));
        int before = world.site.starts();

        promote(PLAIN);

        assertPromoted(world);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(world.site.starts()).isEqualTo(before + 1);
    }

    /** What fails before the intent, or is taken back: each leads to the proven snapshot. */
    @TestFactory
    Stream<DynamicTest> whateverFailsOfItThePromotionServesTheProvenOne() {
        Map<String, Consumer<World>> failures = Map.ofEntries(
                Map.entry("the mirror does not hold it", world -> world.source.emptyMirror()),
                Map.entry(
                        "a blob of it is damaged",
                        world -> world.trees.whenPreparing(() -> {
                            throw new UnderstudyException(ErrorCode.BLOB_DAMAGED, "cannot read blob", "verify");
                        })),
                Map.entry(
                        "staging has a defect",
                        world -> world.trees.whenPreparing(() -> {
                            throw new IllegalStateException("a defect");
                        })),
                Map.entry(
                        "the database is gone",
                        world -> world.databases.server().drop(spare(world))),
                Map.entry(
                        "the database was renamed",
                        world -> world.databases.server().rename(spare(world), "kept_by_an_operator")),
                Map.entry(
                        "the database goes while files are staged",
                        world -> world.trees.whenPreparing(
                                () -> world.databases.server().drop(spare(world)))),
                Map.entry(
                        "the database is not whole",
                        world -> world.databases.server().empty(spare(world))),
                Map.entry("the databases are in use", world -> world.databases.refuseExchange(ErrorCode.DATABASE_BUSY)),
                Map.entry("the marker's disk is full", world -> world.marker.refuseWrites()),
                Map.entry(
                        "the configuration cannot be placed", world -> world.trees.refuse(TreeKind.CONFIG, READ_ONLY)),
                Map.entry("the files cannot be placed", world -> world.trees.refuse(TreeKind.FILES, READ_ONLY)),
                Map.entry("the site cannot be restarted", world -> world.site.stuckWith(AHEAD)));
        return failures.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    World one = withAhead();
                    each.getValue().accept(one);

                    Report report = one.agent().promotion().promote(PLAIN);

                    assertPromoted(one);
                    assertThat(one.content()).isEqualTo(LIVE);
                    assertThat(report.origin().ahead()).isFalse();
                    assertThat(report.origin().why()).isPresent();
                    assertThat(report.warnings()).isEmpty();
                    assertThat(one.site.startedWith()).isEqualTo(LIVE);
                }));
    }

    private static io.understudy.postgres.DatabaseIdentity spare(World world) {
        return world.databases.find(FakeDatabases.SPARE).orElseThrow();
    }

    @Test
    void aDatabaseServerThatIsDownIsNoObstacle() {
        world.databases.goDown(true);

        Report report = promote(PLAIN);

        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(report.origin().why().map(UnderstudyException::code)).contains(ErrorCode.DATABASE_UNREACHABLE);
    }

    @Test
    void stagingThatTakesTooLongIsGivenUp() {
        world.trees.whenPreparing(() -> {
            try {
                Thread.sleep(Duration.ofMinutes(1).toMillis());
                throw new AssertionError("it was not interrupted");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        AheadStep step = new AheadStep(
                world.source,
                world.databases,
                world.trees,
                world.agent().intents(),
                Events.none(),
                Duration.ofMillis(1));

        assertThatThrownBy(() -> step.intend(world.store.record().ahead().orElseThrow()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.LOAD_FAILED))
                .hasMessageContaining("staging its files did not end within");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    /** Either all of it is noted in memory, or the apply is not begun; the site is of one snapshot. */
    @TestFactory
    Stream<DynamicTest> promotesWhereTheStateFolderTurnsReadOnly() {
        return IntStream.range(0, 10)
                .mapToObj(k -> DynamicTest.dynamicTest(k + " writes", () -> {
                    World one = withAhead();
                    one.file.refuseWritesAfter(k);
                    World.Agent daemon = one.agent();

                    Report report = daemon.promotion().promote(PLAIN);

                    assertThat(report.claimed()).isTrue();
                    assertThat(one.marker.on()).isFalse();
                    assertThat(one.content()).isEqualTo(report.origin().ahead() ? AHEAD : LIVE);
                    assertThat(one.site.startedWith()).isEqualTo(one.content());
                    assertThat(report.serving().flatMap(DatabaseVersion::snapshot))
                            .hasToString("Optional[" + one.content() + "]");
                    one.file.allowWrites();
                    daemon.promotion().lead();
                    assertPromoted(one);
                }));
    }

    @Test
    void aStateFolderThatIsReadOnlyFromTheStartServesTheProvenOne() {
        world.file.refuseWritesAfter(0);

        Report report = promote(PLAIN);

        assertThat(report.origin().why().map(UnderstudyException::code)).contains(ErrorCode.FILE_FAILED);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(world.marker.on()).isFalse();
    }

    @TestFactory
    Stream<DynamicTest> aMarkerThatIsRemovedByHandInTheMiddleLeavesOneSnapshotThatIsPromoted() {
        World whole = withAhead();
        int before = whole.marker.looks();
        whole.agent().promotion().promote(PLAIN);
        int looks = whole.marker.looks() - before;
        assertThat(looks).isGreaterThan(5);
        return IntStream.range(0, looks)
                .mapToObj(k -> DynamicTest.dynamicTest("at look " + k, () -> {
                    World one = withAhead();
                    one.marker.removeAtLook(k);

                    Report report = one.agent().promotion().promote(PLAIN);

                    assertPromoted(one);
                    assertWhole(one);
                    assertThat(one.content()).isEqualTo(report.origin().ahead() ? AHEAD : LIVE);
                    assertThat(one.site.startedWith()).isEqualTo(one.content());
                }));
    }

    @Test
    void needsNothingOfTheFilestoreForTheApply() {
        world.source.goDown();
        world.claims.goDown();

        Report report = promote(UNFENCED);

        assertThat(world.content()).isEqualTo(AHEAD);
        assertThat(report.origin()).isEqualTo(Origin.AHEAD);
        assertThat(report.claimed()).isFalse();
        assertThat(world.marker.on()).isFalse();
    }

    @Test
    void aPromotionThatIsRefusedLeavesTheSiteAlone() {
        byte[] before = world.file.read().orElseThrow();
        int starts = world.site.starts();
        world.claims.goDown();
        refused(() -> promote(PLAIN), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();
        world.claims.takenByAnother(2);
        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(world.file.read().orElseThrow()).isEqualTo(before);
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(world.marker.on()).isTrue();
    }

    @Test
    void dataOfBeforeAnothersPromotionIsNeverMadeLiveAlsoByForce() {
        world.claims.takenByAnother(2);
        int starts = world.site.starts();

        Report report = promote(FORCED);

        assertThat(report.epoch()).isEqualTo(3);
        assertServesProven(world, report, ErrorCode.EPOCH_TAKEN, 3);
        assertThat(world.site.starts()).isEqualTo(starts + 1);
    }

    @Test
    void dataOfBeforeThisServersOwnEpochIsNeverMadeLiveWithoutTheFilestoreEither() {
        world.claims.hold(new EpochClaim(4, "standby", world.time.clock().instant(), "promote", "before"));
        world.claims.goDown();

        Report report = promote(UNFENCED);

        assertThat(report.origin().why().map(UnderstudyException::code)).contains(ErrorCode.EPOCH_TAKEN);
        assertThat(world.content()).isEqualTo(LIVE);
    }

    @Test
    void forceRepeatsItsOwnClaimAndServesWhatIsAhead() {
        world.claims.loseAcknowledgements();
        refused(() -> promote(PLAIN), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();
        // The apply of that attempt stands; a newer one came since.
        ahead(world, 1, 3);

        Report report = promote(FORCED);

        assertThat(report.epoch()).isEqualTo(2);
        assertThat(world.content()).isEqualTo("00000001-00000003");
    }

    @Test
    void whatIsOfTheNextEpochIsServedAndClaimsTheOneAfter() {
        World one = following();
        one.claims.takenByAnother(2);
        ahead(one, 2, 5);

        Report report = one.agent().promotion().promote(PLAIN);

        assertThat(report.epoch()).isEqualTo(3);
        assertThat(one.content()).isEqualTo("00000002-00000005");
    }

    @Test
    void whatWasLiveOfAnEarlierEpochIsNotPromotedInItsPlaceUnlessByForce() {
        World one = following();
        one.claims.takenByAnother(2);
        ahead(one, 2, 5);
        one.site.sickWith("00000002-00000005");

        refused(() -> one.agent().promotion().promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(one.content()).isEqualTo(LIVE);
        assertThat(one.marker.on()).isTrue();
        assertWhole(one);
        assertThat(one.agent().promotion().promote(FORCED).epoch()).isEqualTo(3);
        assertPromoted(one, 3);
        assertThat(one.content()).isEqualTo(LIVE);
    }

    @Test
    void aClaimThatIsLostAfterTheApplyLeavesAStandbyWithTheNewerData() {
        world.points.always(() -> {
            if (world.site.startedWith().equals(AHEAD)) {
                world.claims.takenByAnother(2);
            }
        });

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(world.marker.on()).isTrue();
        assertThat(world.content()).isEqualTo(AHEAD);
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    /** At every point: the next process finishes the apply, and stays a standby until it is promoted again. */
    @TestFactory
    Stream<DynamicTest> isFinishedByTheNextProcessWhereverItIsKilled() {
        return Stream.of(false, true).flatMap(PromotionAheadTest::killedEverywhere);
    }

    private static Stream<DynamicTest> killedEverywhere(boolean sick) {
        World whole = toBeKilled(sick);
        whole.points.live();
        whole.agent().promotion().promote(PLAIN);
        List<String> trace = whole.points.trace();
        assertThat(trace.size()).isGreaterThan(30);
        return IntStream.range(0, trace.size())
                .mapToObj(k -> DynamicTest.dynamicTest((sick ? "sick " : "") + k + " " + trace.get(k), () -> {
                    World one = toBeKilled(sick);
                    one.points.dieAt(k);
                    die(() -> one.agent().promotion().promote(PLAIN));
                    one.points.live();
                    if (one.store.state() instanceof Promoting) {
                        one.agent().promotion().resume();
                    } else if (!(one.store.state() instanceof Promoted)) {
                        assertThat(one.marker.on()).isTrue();
                        assertThat(one.claims.nonce(2)).isEmpty();
                        one.agent().applier().finish();
                        assertWhole(one);
                        one.agent().promotion().promote(PLAIN);
                    }
                    assertPromoted(one);
                    assertWhole(one);
                    assertThat(one.content()).isEqualTo(sick ? LIVE : AHEAD);
                    assertThat(one.site.startedWith()).isEqualTo(one.content());
                }));
    }

    private static World toBeKilled(boolean sick) {
        World one = withAhead();
        if (sick) {
            one.site.sickWith(AHEAD);
        }
        return one;
    }

    /** The files of both ways are ReadOnlyTreesTest's. */
    @Test
    void anApplyThatCanBeFinishedNeitherWayStopsThePromotionAndIsFinishedByTheNext() {
        world.trees.whenForward(TreeKind.CONFIG, () -> {
            world.databases.goDown(true);
            throw READ_ONLY;
        });

        refused(() -> promote(PLAIN), ErrorCode.DATABASE_UNREACHABLE);

        assertThat(world.marker.on()).isTrue();
        assertThat(world.claims.nonce(2)).isEmpty();
        world.databases.goDown(false);
        promote(PLAIN);
        assertPromoted(world);
        assertThat(world.content()).isEqualTo(LIVE);
    }

    private static void assertServesProven(World world, Report report, ErrorCode why) {
        assertServesProven(world, report, why, 2);
    }

    private static void assertServesProven(World world, Report report, ErrorCode why, int epoch) {
        assertPromoted(world, epoch);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(report.origin().ahead()).isFalse();
        assertThat(report.origin().why().map(UnderstudyException::code)).isEqualTo(Optional.of(why));
    }

    private static void assertWhole(World world) {
        assertThat(world.content()).isNotEqualTo("mixed");
        assertThat(world.site.running()).isTrue();
    }

    private static void assertPromoted(World world) {
        assertPromoted(world, 2);
    }

    private static void assertPromoted(World world, int epoch) {
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isTrue());
        assertThat(world.marker.on()).isFalse();
        assertThat(world.claims.held()).isEqualTo(epoch);
        assertThat(world.site.running()).isTrue();
    }
}
