package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.CrashPoint;
import io.understudy.replica.events.ReplicaPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
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
    private static final Optional<Pattern> WANTED =
            Optional.ofNullable(System.getProperty("understudy.crash.points")).map(Pattern::compile);

    private static final Set<PrimaryPoint> USUAL_OF_PRIMARY = EnumSet.of(
            PrimaryPoint.TRACKING_NOTED,
            PrimaryPoint.MANIFEST_WRITTEN,
            PrimaryPoint.SWITCHOVER_COMMITTED,
            PrimaryPoint.SWITCHOVER_EPOCH_TAKEN);

    /** From the load of what is newer to the claim; a promotion that finds nothing newer is killed with a pattern. */
    private static final Set<ReplicaPoint> USUAL_OF_PROMOTION =
            EnumSet.of(ReplicaPoint.ROWS_COMMITTED, ReplicaPoint.EPOCH_CLAIMED);

    private static final int MOST_CHANGES = 4;

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
        return wanted(PrimaryPoint.values(), USUAL_OF_PRIMARY, "");
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
        return wanted(all, EnumSet.noneOf(PrimaryPoint.class), "tracked ");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void replicaKilledAt(ReplicaPoint point) throws IOException {
        crash(servers -> new ReplicaCrashes(servers).at(point));
    }

    static Stream<ReplicaPoint> replicaKilledAt() {
        return wanted(ReplicaPoint.values(), EnumSet.noneOf(ReplicaPoint.class), "");
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
        return wanted(promoting().toArray(ReplicaPoint[]::new), EnumSet.noneOf(ReplicaPoint.class), "promoting ");
    }

    /** By differences; the promotion neither chooses as a round does, nor clears up after the apply. */
    private static Stream<ReplicaPoint> promoting() {
        Set<ReplicaPoint> others = EnumSet.of(
                ReplicaPoint.SNAPSHOT_CHOSEN,
                ReplicaPoint.SPARE_INTENDED,
                ReplicaPoint.SPARE_CREATED,
                ReplicaPoint.SPARE_NAMED,
                ReplicaPoint.SCHEMA_RESTORED,
                ReplicaPoint.ROWS_COPIED,
                ReplicaPoint.DATA_RESTORED,
                ReplicaPoint.INDEXES_BUILT,
                ReplicaPoint.STATISTICS_MADE,
                ReplicaPoint.ARCHIVE_ASSEMBLED,
                ReplicaPoint.MIRROR_TRIMMED,
                ReplicaPoint.REPORT_WRITTEN,
                ReplicaPoint.RETIRED_DROPPED,
                ReplicaPoint.UNDO_CLEARED,
                ReplicaPoint.CLEANED_UP);
        Set<ReplicaPoint.Work> works = EnumSet.of(
                ReplicaPoint.Work.IMPORT,
                ReplicaPoint.Work.CHANGE,
                ReplicaPoint.Work.RETURN,
                ReplicaPoint.Work.PROMOTE);
        return Arrays.stream(ReplicaPoint.values())
                .filter(point -> works.contains(point.work()) && !others.contains(point));
    }

    /** Without a pattern at a few of them. */
    @Test
    void onePromotionKilledAtItsPointsInTurn() throws IOException {
        assumeTrue(WANTED.map(pattern -> pattern.matcher("promoting in turn").matches())
                .orElse(true));
        Set<ReplicaPoint> points = WANTED.isEmpty()
                ? USUAL_OF_PROMOTION
                : promoting()
                        .filter(point -> point.work() != ReplicaPoint.Work.RETURN)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(ReplicaPoint.class)));

        for (Set<ReplicaPoint> some : withFewChanges(points)) {
            crash(servers -> assertThat(new ReplicaCrashes(servers).promotionInTurn(some))
                    .isEqualTo(some));
        }
    }

    /** The fifth load by differences that does not end is the last, and the promotion goes on without it. */
    private static List<Set<ReplicaPoint>> withFewChanges(Set<ReplicaPoint> points) {
        List<Set<ReplicaPoint>> all = new ArrayList<>();
        Set<ReplicaPoint> some = EnumSet.noneOf(ReplicaPoint.class);
        int changes = 0;
        for (ReplicaPoint point : points) {
            if (point.work() == ReplicaPoint.Work.CHANGE && ++changes > MOST_CHANGES) {
                all.add(some);
                some = EnumSet.noneOf(ReplicaPoint.class);
                changes = 1;
            }
            some.add(point);
        }
        all.add(some);
        return all;
    }

    /** The points of {@code init} that the return of an old primary passes, too. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void returnKilledAt(ReplicaPoint point) throws IOException {
        crash(servers -> new ReturnCrashes(servers).at(point));
    }

    static Stream<ReplicaPoint> returnKilledAt() {
        ReplicaPoint[] all = {ReplicaPoint.MARKER_WRITTEN, ReplicaPoint.ROLE_NOTED};
        return wanted(all, EnumSet.noneOf(ReplicaPoint.class), "returning ");
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
        return wanted(all, EnumSet.of(PrimaryPoint.MANIFEST_WRITTEN), "returning ");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void replicaKilledAfterTheMarkerWasRemovedByHand(ReplicaPoint point) throws IOException {
        crash(servers -> new ReplicaCrashes(servers).markerRemoved(point));
    }

    static Stream<ReplicaPoint> replicaKilledAfterTheMarkerWasRemovedByHand() {
        return wanted(
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
        return wanted(all, EnumSet.of(ReplicaPoint.SITE_STOPPED), "postgres ");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource
    void postgresOfThePrimaryKilledAt(PrimaryPoint point) throws IOException {
        crash(servers -> new PrimaryCrashes(servers).withoutDatabase(point));
    }

    static Stream<PrimaryPoint> postgresOfThePrimaryKilledAt() {
        PrimaryPoint[] all = {PrimaryPoint.MOMENT_FROZEN, PrimaryPoint.TABLE_STORED};
        return wanted(all, EnumSet.noneOf(PrimaryPoint.class), "postgres ");
    }

    /**
     * When the intent is cleared the round is over: what is left, trimming and reporting, is the next one's. Without a
     * pattern the agent is killed at every twelfth point.
     */
    @Test
    void oneRoundKilledAtItsPointsInTurn() throws IOException {
        assumeTrue(WANTED.map(pattern -> pattern.matcher("in turn").matches()).orElse(true));
        List<ReplicaPoint> all = of(ReplicaPoint.Work.IMPORT).stream()
                .filter(point -> point != ReplicaPoint.MIRROR_TRIMMED && point != ReplicaPoint.REPORT_WRITTEN)
                .toList();
        Set<ReplicaPoint> points = all.stream()
                .filter(point -> WANTED.isPresent() || all.indexOf(point) % 12 == 1)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(ReplicaPoint.class)));

        crash(servers -> assertThat(new ReplicaCrashes(servers).inTurn(points)).isEqualTo(points));
    }

    private static List<ReplicaPoint> of(ReplicaPoint.Work work) {
        return Arrays.stream(ReplicaPoint.values())
                .filter(point -> point.work() == work)
                .toList();
    }

    private static <P extends Enum<P> & CrashPoint> Stream<P> wanted(P[] all, Set<P> usual, String prefix) {
        return Arrays.stream(all)
                .filter(point -> WANTED.map(pattern ->
                                pattern.matcher(prefix + point.label()).matches())
                        .orElseGet(() -> usual.contains(point)));
    }
}
