package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.round.Discrepancy.Subject;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the record says and the world contradicts: it is found, reported, and repaired where it can be. */
class InspectionTest {
    private static final SnapshotId SECOND = new SnapshotId(1, 2);

    private final World world = World.standby();

    /** Two snapshots were imported: there is an N-1 of Understudy's. */
    private void follow() {
        world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        assertThat(world.inspection().look()).isEmpty();
    }

    private DatabaseIdentity live() {
        return world.databases.find(FakeDatabases.LIVE).orElseThrow();
    }

    private List<Subject> subjects() {
        return world.inspection().look().stream().map(Discrepancy::subject).toList();
    }

    private static Named<Consumer<InspectionTest>> mishap(String name, Consumer<InspectionTest> does) {
        return Named.of(name, does);
    }

    /** What takes from the site what was applied. */
    static Stream<Named<Consumer<InspectionTest>>> breaks() {
        return Stream.of(
                mishap(
                        "the live database is dropped",
                        it -> it.world.databases.server().drop(it.live())),
                mishap(
                        "the live database is renamed",
                        it -> it.world.databases.server().rename(it.live(), "site_old")),
                mishap("the live database is replaced", it -> {
                    it.world.databases.server().drop(it.live());
                    it.world.databases.create(FakeDatabases.LIVE);
                }),
                mishap("tables are dropped", it -> it.world.databases.lose(List.of("public.note"))),
                mishap("files are removed", it -> it.world.trees.lose(List.of("media/a.txt"))),
                mishap("another cluster stands here", it -> {
                    List.copyOf(it.world.databases.names()).stream()
                            .flatMap(name -> it.world.databases.find(name).stream())
                            .forEach(it.world.databases.server()::drop);
                    it.world.databases.server().reinitialise(8);
                }));
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void isFoundAndMendedByTheNextPoll(Consumer<InspectionTest> mishap) {
        follow();
        mishap.accept(this);
        assertThat(world.inspection().look()).anyMatch(Discrepancy::breaksSite).anyMatch(Discrepancy::mendedByLoading);

        RoundResult result = world.poll();

        assertThat(result.applied()).contains(SECOND);
        assertThat(result.mended()).anyMatch(Discrepancy::breaksSite);
        assertThat(world.content()).isEqualTo(SECOND.toString());
        assertThat(world.inspection().look()).noneMatch(Discrepancy::breaksSite);
        assertThat(((Following) world.store.state()).proven()).isTrue();
        world.assertWhole();
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void isMendedFromTheMirrorWhileTheFilestoreIsAway(Consumer<InspectionTest> mishap) {
        follow();
        world.source.goDown();
        mishap.accept(this);

        assertThat(world.poll().applied()).contains(SECOND);
        assertThat(world.content()).isEqualTo(SECOND.toString());
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void isLeftAloneWithoutTheMarker(Consumer<InspectionTest> mishap) {
        follow();
        world.marker.removeByHand();
        mishap.accept(this);
        String before = world.liveDatabase();
        int loads = world.databases.loads();

        assertThat(world.inspection().look()).isEmpty();
        assertThatThrownBy(world::sync)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NOT_BACKUP_MODE));
        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(world.liveDatabase()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void whatIsNewerMendsItAsWell(Consumer<InspectionTest> mishap) {
        follow();
        SnapshotId third = world.source.commit(1, 3);
        mishap.accept(this);
        int loads = world.databases.loads();

        assertThat(world.poll().applied()).contains(third);
        assertThat(world.databases.loads()).isEqualTo(loads + 1);
        assertThat(world.content()).isEqualTo(third.toString());
    }

    /** Nothing is loaded, and no database loses its name. */
    @Test
    void lostFilesAreBroughtBackWithoutLoadingTheDatabase() {
        follow();
        DatabaseIdentity served = live();
        int loads = world.databases.loads();
        world.trees.lose(List.of("media/a.txt"));
        world.databases.refusePreflight(
                new UnderstudyException(ErrorCode.DISK_FULL, "no room for another database", "make room"));

        RoundResult result = world.poll();

        assertThat(result.applied()).contains(SECOND);
        assertThat(result.mended()).extracting(Discrepancy::subject).containsExactly(Subject.FILES);
        assertThat(result.left()).isEmpty();
        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(live()).isEqualTo(served);
        assertThat(((Following) world.store.state()).previous()).isEmpty();
        world.assertWhole();
        world.databases.refusePreflight(null);
        SnapshotId third = world.source.commit(1, 3);
        assertThat(world.poll().applied()).contains(third);
        assertThat(world.databases.find(FakeDatabases.PREVIOUS)).contains(served);
        world.assertWhole();
    }

    @Test
    void filesThatCannotBeBroughtBackLeaveTheDatabaseAndAreTriedAgain() {
        follow();
        DatabaseIdentity served = live();
        world.trees.lose(List.of("media/a.txt"));
        world.trees.refuse(TreeKind.FILES, new UnderstudyException(ErrorCode.DISK_FULL, "full", "make room"));

        assertThatThrownBy(world::sync).hasMessageContaining("full");

        assertThat(live()).isEqualTo(served);
        assertThat(world.databases.find(FakeDatabases.SPARE)).isEmpty();
        assertThat(((Following) world.store.state()).previous()).isPresent();
        world.trees.allow();
        world.trees.lose(List.of("media/a.txt"));
        assertThat(world.sync().applied()).contains(SECOND);
        assertThat(live()).isEqualTo(served);
    }

    @Test
    void aRepairOfFilesThatIsKilledAnywhereLeavesTheDatabase() {
        for (int k = 0; ; k++) {
            InspectionTest other = new InspectionTest();
            other.follow();
            DatabaseIdentity served = other.live();
            other.world.trees.lose(List.of("media/a.txt"));
            other.world.points.dieAt(k);
            try {
                other.world.sync();
                assertThat(k).isGreaterThan(10);
                break;
            } catch (Crash expected) {
                other.world.points.live();
                other.world.sync();
            }
            assertThat(other.live()).as("killed at %d", k).isEqualTo(served);
            assertThat(other.world.databases.loads()).isEqualTo(2);
            assertThat(other.world.content()).isEqualTo(SECOND.toString());
            other.world.assertWhole();
        }
    }

    @Test
    void aSiteThatIsNotHealthyAfterwardsKeepsItsDatabase() {
        follow();
        DatabaseIdentity served = live();
        world.trees.lose(List.of("media/a.txt"));
        world.site.breakDown();
        assertThatThrownBy(world::sync).isInstanceOf(UnderstudyException.class);
        assertThat(live()).isEqualTo(served);
        world.site.recover();

        assertThat(world.sync().left()).noneMatch(Discrepancy::breaksSite);
        assertThat(live()).isEqualTo(served);
        assertThat(world.store.record().owned()).contains(served);
    }

    @Test
    void aLostDatabaseIsLoadedAndTheFilesStayWhereTheyAre() {
        follow();
        world.databases.server().drop(live());
        int loads = world.databases.loads();

        assertThat(world.poll().applied()).contains(SECOND);
        assertThat(world.databases.loads()).isEqualTo(loads + 1);
    }

    @Test
    void aRenamedDatabaseIsReportedByItsName() {
        follow();
        world.databases.server().rename(live(), "site_old");

        assertThat(world.inspection().look())
                .filteredOn(each -> each.subject() == Subject.DATABASE)
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.message()).contains("no database carries its name", "named \"site_old\" now");
                    assertThat(found.hint()).contains("rename it back");
                });
    }

    /** What took the name is somebody's: it is kept. */
    @Test
    void aDatabaseThatTookTheNameIsNeverDropped() {
        follow();
        world.databases.server().drop(live());
        DatabaseIdentity theirs = world.databases.create(FakeDatabases.LIVE);

        world.poll();
        world.source.commit(1, 3);
        world.poll();
        world.source.commit(1, 4);
        world.poll();

        assertThat(world.databases.server().name(theirs)).isPresent();
    }

    @Test
    void aDamagedCopyOfTheSameSnapshotIsNothingToReturnTo() {
        follow();
        world.databases.lose(List.of("public.note"));

        world.poll();

        assertThat(((Following) world.store.state()).previous()).isEmpty();
    }

    @Test
    void aSiteThatKeepsRemovingFilesIsNotImportedAllTheTime() {
        follow();
        Round round = world.agent().round();
        world.trees.lose(List.of("media/tmp"));
        assertThat(round.run(ImportRequest.newest(), new RoundControl()).applied())
                .contains(SECOND);
        int loads = world.databases.loads();
        world.trees.lose(List.of("media/tmp"));

        assertThat(round.run(ImportRequest.newest(), new RoundControl()).left())
                .extracting(Discrepancy::subject)
                .containsExactly(Subject.FILES);
        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(subjects()).containsExactly(Subject.FILES);

        world.time.advance(Duration.ofMinutes(1));
        assertThat(round.run(ImportRequest.newest(), new RoundControl()).applied())
                .contains(SECOND);
        world.trees.lose(List.of("media/tmp"));
        world.time.advance(Duration.ofMinutes(1));
        assertThat(round.run(ImportRequest.newest(), new RoundControl()).applied())
                .isEmpty();
        // An operator does not wait.
        assertThat(round.run(ImportRequest.now(), new RoundControl()).applied()).contains(SECOND);
    }

    @Test
    void aHealingThatFailedWaitsForItsTime() {
        follow();
        world.databases.server().drop(live());
        world.databases.refusePreflight(
                new UnderstudyException(ErrorCode.MISSING_ROLE, "cannot import: a role is missing", "create it"));
        assertThatThrownBy(world::poll).hasMessageContaining("a role is missing");
        world.databases.refusePreflight(null);

        assertThat(world.poll().left()).extracting(Discrepancy::subject).contains(Subject.DATABASE);
        world.time.advance(Duration.ofHours(1));

        assertThat(world.poll().applied()).contains(SECOND);
    }

    @Test
    void aLostNumberOneBeforeIsTold() {
        follow();
        world.databases
                .server()
                .drop(world.databases.find(FakeDatabases.PREVIOUS).orElseThrow());

        assertThat(subjects()).containsExactly(Subject.PREVIOUS);
        RoundResult result = world.sync();

        assertThat(result.applied()).isEmpty();
        assertThat(result.left())
                .extracting(Discrepancy::message)
                .singleElement()
                .asString()
                .contains("rollback");
        assertThat(world.databases.loads()).isEqualTo(2);
    }

    @Test
    void aLostUndoFolderIsTold() {
        follow();
        world.trees.loseUndo();

        assertThat(subjects()).containsExactly(Subject.PREVIOUS);
    }

    @Test
    void anEmptiedMirrorIsFilledAgain() {
        follow();
        world.source.emptyMirror();
        assertThat(subjects()).containsExactly(Subject.MIRROR);

        RoundResult result = world.poll();

        assertThat(result.mended()).extracting(Discrepancy::subject).containsExactly(Subject.MIRROR);
        assertThat(result.applied()).isEmpty();
        assertThat(subjects()).isEmpty();
    }

    /** What is on the server may be whole: only what it is compared with is not. */
    @Test
    void aDamagedListOfTablesIsTheMirrorsFaultAndLoadsNothing() {
        follow();
        world.source.damageLists();

        assertThat(world.inspection().look()).singleElement().satisfies(found -> {
            assertThat(found.subject()).isEqualTo(Subject.MIRROR);
            assertThat(found.code()).isEqualTo(ErrorCode.BLOB_DAMAGED.label());
            assertThat(found.message()).contains("truncated");
            assertThat(found.breaksSite()).isFalse();
            assertThat(found.mendedByLoading()).isFalse();
        });
        int loads = world.databases.loads();
        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.databases.loads()).isEqualTo(loads);
    }

    @Test
    void aDamagedListOfTablesHidesNoLostDatabase() {
        follow();
        world.source.damageLists();
        world.databases.server().drop(live());

        assertThat(subjects()).containsExactly(Subject.DATABASE);
    }

    @Test
    void aMirrorThatCannotBeFilledIsToldAndFailsNothing() {
        follow();
        world.source.emptyMirror();
        world.source.forget(SECOND);

        assertThat(world.poll().left())
                .extracting(Discrepancy::subject)
                .containsExactly(Subject.MIRROR, Subject.REPOSITORY);
        assertThat(world.store.record().lastError()).isEmpty();
    }

    @Test
    void aForeignMarkerIsToldAndTheDatabaseIsNotDroppedForIt() {
        follow();
        DatabaseIdentity served = live();
        world.marker.putByHand(Optional.empty());

        assertThat(subjects()).containsExactly(Subject.MARKER);
        world.poll();
        world.source.commit(1, 3);
        world.poll();
        world.source.commit(1, 4);
        world.poll();

        assertThat(world.databases.server().name(served)).isPresent();
        assertThat(subjects()).isEmpty();
    }

    @Test
    void aServerThatDoesNotAnswerIsToldAndNothingIsLoaded() {
        follow();
        world.databases.goDown(true);

        assertThat(world.inspection().look()).singleElement().satisfies(found -> {
            assertThat(found.subject()).isEqualTo(Subject.SERVER);
            assertThat(found.breaksSite()).isTrue();
        });
        int loads = world.databases.loads();
        world.poll();
        assertThat(world.databases.loads()).isEqualTo(loads);
        world.databases.goDown(false);
        assertThat(subjects()).isEmpty();
    }

    @Test
    void aSpareThatIsGoneIsLoadedAgain() {
        follow();
        SnapshotId third = world.source.commit(1, 3);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        assertThatThrownBy(world::sync).isInstanceOf(UnderstudyException.class);
        world.databases.allowExchange();
        world.databases.find(FakeDatabases.SPARE).ifPresent(world.databases.server()::drop);

        assertThat(world.sync().applied()).contains(third);
        world.assertWhole();
    }

    @Test
    void beforeTheFirstImportNothingIsExpected() {
        assertThat(world.inspection().look()).isEmpty();
        world.databases.server().drop(live());
        assertThat(world.inspection().look()).isEmpty();
    }
}
