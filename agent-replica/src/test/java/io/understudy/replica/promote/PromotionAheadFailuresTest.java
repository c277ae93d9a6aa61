package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.round.ImportSteps;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whatever fails of what is ahead, and wherever a process dies: the promotion serves one whole snapshot. */
class PromotionAheadFailuresTest extends StandbyWithAhead {
    @Test
    void aSiteThatComesUpOnNeitherIsPromotedAllTheSame() {
        world.site.breakDown();

        Report report = promote(PLAIN);

        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(report.origin().why()).isPresent();
        assertThat(report.warnings()).extracting(UnderstudyException::code).contains(ErrorCode.COMMAND_FAILED);
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
                throw new AssertionError("interrupted: " + new CountDownLatch(1).await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        AheadStep step = new AheadStep(
                new ImportSteps(
                        world.store,
                        world.source,
                        world.databases,
                        world.trees,
                        List.of(),
                        next -> {},
                        world.time.clock(),
                        world.time),
                world.databases,
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

    /** At every point: the next process finishes the apply, and stays a standby until it is promoted again. */
    @TestFactory
    Stream<DynamicTest> isFinishedByTheNextProcessWhereverItIsKilled() {
        return Stream.of(false, true).flatMap(PromotionAheadFailuresTest::killedEverywhere);
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
                    promoteDespiteDeathAt(k, one, () -> assertWhole(one));
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
}
