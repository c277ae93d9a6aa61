package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.primary.events.PrimaryPoint;
import io.understudy.replica.events.ReplicaPoint;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Crash points of both agents: the process is killed there by SIGKILL, another is started, the site stands at exactly
 * one snapshot, nothing in the repository is referred to and missing, and the next round succeeds. A point that is not
 * passed fails its test.
 *
 * <p>Without the system property {@code understudy.crash.points}, a pattern of labels, one import is killed at every
 * twelfth of its points in turn, and the rest at a few; with {@code .*} each point has a crash of its own, which takes
 * some minutes ({@code deploy/soak --crash-points}).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class CrashPointsIT {
    private static final Set<PrimaryPoint> USUAL_OF_PRIMARY = EnumSet.of(
            PrimaryPoint.TRACKING_NOTED,
            PrimaryPoint.MANIFEST_WRITTEN,
            PrimaryPoint.SWITCHOVER_COMMITTED,
            PrimaryPoint.SWITCHOVER_EPOCH_TAKEN);

    /** From the load of what is newer to the claim; a promotion that finds nothing newer is killed with a pattern. */
    private static final Set<ReplicaPoint> USUAL_OF_PROMOTION =
            EnumSet.of(ReplicaPoint.ROWS_COMMITTED, ReplicaPoint.EPOCH_CLAIMED);

    /** Those that other cases are killed at without a pattern. */
    private static final Set<ReplicaPoint> FEWER_OF_TAKEOVER =
            EnumSet.of(ReplicaPoint.SNAPSHOT_MIRRORED, ReplicaPoint.INTENT_WRITTEN, ReplicaPoint.INTENT_CLEARED);

    private static final Set<ReplicaPoint> USUAL_OF_LATE_TAKEOVERS = EnumSet.of(ReplicaPoint.PROMOTION_INTENDED);

    private Optional<CrashStage> stage = Optional.empty();

    /** What a crash does to the servers. */
    private interface Crash {
        void on(CrashStage stage) throws IOException;
    }

    /** On the servers of the crash before; on others, where that one failed. */
    private void crash(Crash crash) throws IOException {
        CrashStage servers = stage.orElseGet(CrashStage::set);
        stage = Optional.of(servers);
        try {
            crash.on(servers);
        } catch (IOException | RuntimeException | Error e) {
            clear();
            throw e;
        }
    }

    @AfterAll
    void clear() {
        stage.ifPresent(CrashStage::close);
        stage = Optional.empty();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void primaryKilledAt(PrimaryPoint point) throws IOException {
        crash(servers -> new PrimaryCrashes(servers).at(point));
    }

    static Stream<PrimaryPoint> primaryKilledAt() {
        return WantedPoints.of(PrimaryPoint.values(), USUAL_OF_PRIMARY, "");
    }

    /** Points that every snapshot passes, of a daemon that tracks changes. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void trackingPrimaryKilledAt(PrimaryPoint point) throws IOException {
        crash(servers -> new PrimaryCrashes(servers).tracked(point));
    }

    static Stream<PrimaryPoint> trackingPrimaryKilledAt() {
        PrimaryPoint[] all = {
            PrimaryPoint.MOMENT_FROZEN,
            PrimaryPoint.DATABASE_RELEASED,
            PrimaryPoint.ALL_STORED,
            PrimaryPoint.MANIFEST_WRITTEN,
            PrimaryPoint.ANNOUNCED
        };
        return WantedPoints.of(all, EnumSet.noneOf(PrimaryPoint.class), "tracked ");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void replicaKilledAt(ReplicaPoint point) throws IOException {
        crash(servers -> new ReplicaCrashes(servers).at(point));
    }

    static Stream<ReplicaPoint> replicaKilledAt() {
        return WantedPoints.of(ReplicaPoint.values(), EnumSet.noneOf(ReplicaPoint.class), "");
    }

    /** A promotion that finds a newer snapshot in the filestore. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void promotionToANewerSnapshotKilledAt(ReplicaPoint point) throws IOException {
        Set<ReplicaPoint> points = EnumSet.of(point);
        crash(servers -> {
            ReplicaCrashes crashes = new ReplicaCrashes(servers);
            Set<ReplicaPoint> passed = point.work() == ReplicaPoint.Work.RETURN
                    ? crashes.sickPromotionInTurn(points)
                    : crashes.promotionInTurn(points);
            assertThat(passed).isEqualTo(points);
        });
    }

    static Stream<ReplicaPoint> promotionToANewerSnapshotKilledAt() {
        return WantedPoints.of(
                PromotionPoints.withNewer().toArray(ReplicaPoint[]::new),
                EnumSet.noneOf(ReplicaPoint.class),
                "promoting ");
    }

    /** Without a pattern at a few of them. */
    @Test
    void onePromotionKilledAtItsPointsInTurn() throws IOException {
        assumeTrue(WantedPoints.wants("promoting in turn"));
        Set<ReplicaPoint> points = WantedPoints.usual()
                ? USUAL_OF_PROMOTION
                : PromotionPoints.withNewer()
                        .filter(point -> point.work() != ReplicaPoint.Work.RETURN)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(ReplicaPoint.class)));

        for (Set<ReplicaPoint> some : PromotionPoints.withFewChanges(points)) {
            crash(servers -> assertThat(new ReplicaCrashes(servers).promotionInTurn(some))
                    .isEqualTo(some));
        }
    }

    /** The points of {@code init} that the return of an old primary passes, too. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void returnKilledAt(ReplicaPoint point) throws IOException {
        crash(servers -> new ReturnCrashes(servers).at(point));
    }

    static Stream<ReplicaPoint> returnKilledAt() {
        ReplicaPoint[] all = {ReplicaPoint.MARKER_WRITTEN, ReplicaPoint.ROLE_NOTED};
        return WantedPoints.of(all, EnumSet.noneOf(ReplicaPoint.class), "returning ");
    }

    /** The points of a snapshot that an orphan passes, too. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void savingOfAnOrphanKilledAt(PrimaryPoint point) throws IOException {
        crash(servers -> new ReturnCrashes(servers).saving(point));
    }

    static Stream<PrimaryPoint> savingOfAnOrphanKilledAt() {
        PrimaryPoint[] all = {
            PrimaryPoint.MOMENT_FROZEN,
            PrimaryPoint.TABLE_STORED,
            PrimaryPoint.DATABASE_RELEASED,
            PrimaryPoint.TREE_READ,
            PrimaryPoint.PACKS_STORED,
            PrimaryPoint.TREE_INDEX_STORED,
            PrimaryPoint.ALL_STORED,
            PrimaryPoint.MANIFEST_WRITTEN
        };
        return WantedPoints.of(all, EnumSet.of(PrimaryPoint.MANIFEST_WRITTEN), "returning ");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void replicaKilledAfterTheMarkerWasRemovedByHand(ReplicaPoint point) throws IOException {
        crash(servers -> new ReplicaCrashes(servers).markerRemoved(point));
    }

    static Stream<ReplicaPoint> replicaKilledAfterTheMarkerWasRemovedByHand() {
        return WantedPoints.of(
                of(ReplicaPoint.Work.PROMOTE).toArray(ReplicaPoint[]::new),
                EnumSet.noneOf(ReplicaPoint.class),
                "by hand ");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void postgresOfTheStandbyKilledAt(ReplicaPoint point) throws IOException {
        crash(servers -> new ReplicaCrashes(servers).withoutDatabase(point));
    }

    static Stream<ReplicaPoint> postgresOfTheStandbyKilledAt() {
        ReplicaPoint[] all = {
            ReplicaPoint.SPARE_INTENDED,
            ReplicaPoint.SPARE_CREATED,
            ReplicaPoint.ARCHIVE_ASSEMBLED,
            ReplicaPoint.SCHEMA_RESTORED,
            ReplicaPoint.ROWS_COPIED,
            ReplicaPoint.INDEXES_BUILT,
            ReplicaPoint.SPARE_LOADED,
            ReplicaPoint.INTENT_WRITTEN,
            ReplicaPoint.SITE_STOPPED,
            ReplicaPoint.DATABASES_SWAPPED,
            ReplicaPoint.SNAPSHOT_ACCEPTED
        };
        return WantedPoints.of(all, EnumSet.of(ReplicaPoint.SITE_STOPPED), "postgres ");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void postgresOfThePrimaryKilledAt(PrimaryPoint point) throws IOException {
        crash(servers -> new PrimaryCrashes(servers).withoutDatabase(point));
    }

    static Stream<PrimaryPoint> postgresOfThePrimaryKilledAt() {
        PrimaryPoint[] all = {PrimaryPoint.MOMENT_FROZEN, PrimaryPoint.TABLE_STORED};
        return WantedPoints.of(all, EnumSet.noneOf(PrimaryPoint.class), "postgres ");
    }

    /**
     * When the intent is cleared the round is over: what is left, trimming and reporting, is the next one's. Without a
     * pattern the agent is killed at every twelfth point.
     */
    @Test
    void oneRoundKilledAtItsPointsInTurn() throws IOException {
        assumeTrue(WantedPoints.wants("in turn"));
        List<ReplicaPoint> all = of(ReplicaPoint.Work.IMPORT).stream()
                .filter(point -> point != ReplicaPoint.MIRROR_TRIMMED && point != ReplicaPoint.REPORT_WRITTEN)
                .toList();
        Set<ReplicaPoint> points = all.stream()
                .filter(point -> !WantedPoints.usual() || all.indexOf(point) % 12 == 1)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(ReplicaPoint.class)));

        crash(servers -> assertThat(new ReplicaCrashes(servers).inTurn(points)).isEqualTo(points));
    }

    /** The standby's agent, in one switchover; without a pattern at most of them. */
    @Test
    void oneTakeoverKilledAtItsPointsInTurn() throws IOException {
        assumeTrue(WantedPoints.wants("taking over in turn"));
        List<ReplicaPoint> points = PromotionPoints.TAKEOVER.stream()
                .filter(point -> !WantedPoints.usual() || !FEWER_OF_TAKEOVER.contains(point))
                .toList();
        crash(servers -> new SwitchoverCrashes(servers).takingOver(points));
    }

    /** The standby's agent, with a switchover of its own for each point. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void takeoverKilledAt(ReplicaPoint point) throws IOException {
        crash(servers -> new SwitchoverCrashes(servers).takingOver(EnumSet.of(point)));
    }

    static Stream<ReplicaPoint> takeoverKilledAt() {
        return WantedPoints.of(
                PromotionPoints.TAKEOVER.toArray(ReplicaPoint[]::new),
                EnumSet.noneOf(ReplicaPoint.class),
                "taking over ");
    }

    /** The standby's agent is away until the switchover has gone back, or cannot go back any more. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void takeoverKilledAndStartedLate(ReplicaPoint point) throws IOException {
        boolean claimed = point.compareTo(ReplicaPoint.EPOCH_CLAIMED) >= 0 && point.work() == ReplicaPoint.Work.PROMOTE;
        crash(servers -> {
            SwitchoverCrashes crashes = new SwitchoverCrashes(servers);
            if (claimed) {
                crashes.takingOverAfterTheClaim(point);
            } else {
                crashes.takingOverTooLate(point);
            }
        });
    }

    static Stream<ReplicaPoint> takeoverKilledAndStartedLate() {
        return WantedPoints.of(
                PromotionPoints.TAKEOVER.toArray(ReplicaPoint[]::new), USUAL_OF_LATE_TAKEOVERS, "taking over late ");
    }

    @Test
    void oneDrillAfterTheOtherKilledAtItsPoints() throws IOException {
        assumeTrue(WantedPoints.wants("drill in turn"));
        crash(servers -> new DrillCrashes(servers).inTurn(of(ReplicaPoint.Work.DRILL)));
    }

    private static List<ReplicaPoint> of(ReplicaPoint.Work work) {
        return Arrays.stream(ReplicaPoint.values())
                .filter(point -> point.work() == work)
                .toList();
    }
}
