package io.understudy.replica.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.round.RoundResult;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeSiteDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases that are no PostgreSQL server's, in the rounds of a standby: each snapshot's is live with its rows. */
class OtherDatabasesRoundTest {
    @TempDir
    private Path folder;

    /** A standby, and a database of it that commands read and write. */
    private record Standby(World world, FakeSiteDatabase shop) {
        SnapshotId commit(int sequence) {
            SnapshotId snapshot = world.source.commit(1, sequence);
            world.source.other(snapshot, "shop", "shop of " + snapshot);
            return snapshot;
        }

        /** The dump is that of the first. */
        SnapshotId commitUnchanged(int sequence) {
            SnapshotId snapshot = world.source.commit(1, sequence);
            world.source.other(snapshot, "shop", "shop of 00000001-00000001");
            return snapshot;
        }

        void isWholly(String content) {
            assertThat(world.liveDatabase()).isEqualTo(content);
            assertThat(world.trees.live().values()).containsOnly(content);
            assertThat(shop.live()).contains(content.equals("original") ? "original" : "shop of " + content);
        }
    }

    @Test
    void becomesLiveWithTheRestAndWithTheNextTheOneBeforeGoes() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        standby.isWholly(first.toString());
        assertThat(standby.shop.kept()).as("the owner's own").isEqualTo(1);
        SnapshotId second = standby.commit(2);
        standby.world.sync();
        standby.isWholly(second.toString());
        assertThat(standby.shop.kept()).as("N-1 and the owner's own").isEqualTo(2);
        SnapshotId third = standby.commit(3);
        standby.world.sync();
        standby.isWholly(third.toString());
        assertThat(standby.shop.kept()).as("N-1 and the owner's own").isEqualTo(2);
    }

    @Test
    void anUnchangedDumpIsNotRestoredAgain() {
        Standby standby = standby();
        standby.commit(1);
        standby.world.sync();
        SnapshotId second = standby.commitUnchanged(2);
        int restores = restores(standby);

        standby.world.sync();

        assertThat(restores(standby)).isEqualTo(restores);
        assertThat(standby.world.liveDatabase()).isEqualTo(second.toString());
        assertThat(standby.shop.live()).contains("shop of 00000001-00000001");
        assertThat(standby.shop.previous()).as("the owner's own").containsExactly("original");

        // The rest goes back, and what is live was live before too.
        World.Agent agent = standby.world.agent();
        agent.intents().rollback();
        agent.applier().finish();
        assertThat(standby.world.liveDatabase()).isEqualTo("00000001-00000001");
        assertThat(standby.shop.live()).contains("shop of 00000001-00000001");
    }

    /** Restored by this import or left as it is, and never for an import to fail. */
    @Test
    void whatRunsAsAnAccountThatIsMissingHereIsNamedAfterEachImport() {
        Standby standby = standby();
        List<Object> missing = new ArrayList<>();
        standby.world.events = new Events(standby.world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.DefinersMissing) {
                missing.add(event);
            }
        });
        SnapshotId first = standby.commit(1);
        String named = "database shop: a view of shop of " + first + " as shop_admin";
        RoundResult result = standby.world.sync();
        assertThat(result.files().orElseThrow().definers()).containsExactly(named);
        SnapshotId second = standby.commitUnchanged(2);
        standby.world.sync();
        assertThat(missing)
                .containsExactly(
                        new ReplicaEvent.DefinersMissing(first, List.of(named)),
                        new ReplicaEvent.DefinersMissing(second, List.of(named)));

        standby.shop.fail("warnings", false);
        SnapshotId third = standby.commit(3);
        standby.world.sync();
        standby.isWholly(third.toString());
        assertThat(missing).hasSize(2);
    }

    /** What is remembered is nothing against what is there. */
    @Test
    void anUnchangedDumpIsRestoredWhereWhatIsLiveIsNotItsContent() {
        Standby standby = standby();
        standby.commit(1);
        standby.world.sync();
        int sequence = 2;
        for (Runnable change : List.<Runnable>of(
                () -> standby.shop.live("changed by hand"),
                standby.shop::loseLive,
                () -> standby.shop.telling(false),
                () -> standby.shop.fail("fingerprint", false))) {
            standby.shop.telling(true);
            change.run();
            int restores = restores(standby);
            standby.commitUnchanged(sequence++);
            standby.world.sync();
            assertThat(restores(standby)).isEqualTo(restores + 1);
            assertThat(standby.shop.live()).contains("shop of 00000001-00000001");
        }
    }

    @Test
    void anUnchangedDumpIsRestoredWhereTheRulesOfThisServerHaveChanged() {
        Standby standby = standby();
        standby.shop.changing(" without its queue");
        standby.commit(1);
        standby.world.sync();
        assertThat(standby.shop.live()).contains("shop of 00000001-00000001 without its queue");
        int restores = restores(standby);
        standby.commitUnchanged(2);
        standby.world.sync();
        assertThat(restores(standby)).as("by the same rules").isEqualTo(restores);

        standby.shop.changing(" without its mail");
        standby.commitUnchanged(3);
        standby.world.sync();
        assertThat(restores(standby)).isEqualTo(restores + 1);
        assertThat(standby.shop.live()).contains("shop of 00000001-00000001 without its mail");

        standby.shop.changing("");
        standby.commitUnchanged(4);
        standby.world.sync();
        assertThat(standby.shop.live()).contains("shop of 00000001-00000001");
    }

    /** Those that it holds may have changed since the attempt that failed. */
    @ParameterizedTest
    @CsvSource({"root with a, 0, 0", "root with b, 0, 1", "bo with a, 1, 0"})
    void whatAnAttemptLeftGetsRowsThatStayAgainWhereTheyHaveChanged(String rows, int more, int kept) {
        Standby standby = standby();
        standby.shop.rows("root with a");
        standby.commit(1);
        standby.world.sync();
        SnapshotId second = standby.commit(2);
        standby.shop.fail("swap", false);
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world::sync))
                .isNotNull();
        standby.shop.fail("", false);
        standby.shop.rows(rows);
        int restores = restores(standby);

        standby.world.sync();

        standby.isWholly(second.toString());
        assertThat(restores(standby)).isEqualTo(restores + more);
        assertThat(standby.shop.calls().stream().filter("keep"::equals)).hasSize(kept);
        assertThat(standby.shop.liveRows()).isEqualTo(rows);
        assertThat(standby.shop.kept()).as("what was live, and the owner's own").isEqualTo(2);
    }

    /** Where rows cannot be brought again, where that is no more than half done, or where they change once more. */
    @ParameterizedTest
    @ValueSource(strings = {"never", "fails", "fails late", "changes", "stops"})
    void whatCannotGetRowsAgainIsRestored(String how) {
        Standby standby = standby();
        standby.shop.rows("root with a");
        SnapshotId first = standby.commit(1);
        stage(standby, first);
        standby.shop.rows("root with b");
        int restores = restores(standby);
        switch (how) {
            case "never" -> standby.shop.onlyRestores();
            case "changes" ->
                standby.shop.around((call, work) -> {
                    work.run();
                    standby.shop.rows("root with c");
                    standby.shop.around((next, later) -> later.run());
                });
            case "stops" -> {
                standby.shop.around((call, work) -> {
                    throw new IllegalStateException("killed");
                });
                assertThat(catchThrowableOfType(IllegalStateException.class, () -> stage(standby, first)))
                        .hasMessage("killed");
                standby.shop.around((call, work) -> work.run());
            }
            default -> standby.shop.fail("keep", how.equals("fails late"));
        }
        stage(standby, first);
        standby.world.sync();

        standby.isWholly(first.toString());
        boolean changes = how.equals("changes");
        assertThat(restores(standby)).isEqualTo(restores + 1);
        assertThat(standby.shop.liveRows()).isEqualTo(changes ? "root with c" : "root with b");
    }

    /** What the dump has in the place of those before is in the dump alone. */
    @Test
    void whatGotOtherRowsThanBeforeIsRestored() {
        Standby standby = standby();
        standby.shop.rows("root with a");
        SnapshotId first = standby.commit(1);
        stage(standby, first);
        standby.shop.rows("root with b");
        int restores = restores(standby);
        standby.shop.around((call, work) -> {
            if (call.equals("keep")) {
                standby.shop.rows("bo with c");
            }
            work.run();
        });

        stage(standby, first);

        assertThat(standby.shop.calls()).contains("keep");
        assertThat(restores(standby)).isEqualTo(restores + 1);
    }

    /** It has seconds, and a restore may take hours. */
    @ParameterizedTest
    @CsvSource({"root with a", "root with b"})
    void aPromotionTakesOverWhatIsStagedAheadWithRowsThatStay(String rows) {
        Standby standby = standby();
        standby.shop.rows("root with a");
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        SnapshotId next = standby.world.source.continuous(1, 2, first);
        standby.world.source.other(next, "shop", "shop of " + next);
        standby.world.poll();
        stage(standby, next);
        int restores = restores(standby);
        standby.shop.rows(rows);

        standby.world.agent().promotion().promote(new Request("asked for", false, false, false));

        standby.isWholly(next.toString());
        assertThat(restores(standby)).isEqualTo(restores);
        assertThat(standby.shop.liveRows()).isEqualTo(rows);
    }

    @Test
    void anImportRestoresOnceThatStagesNextToTheLoadAndAfterIt() {
        Standby standby = standby();
        standby.shop.rows("root with a");
        SnapshotId first = standby.commit(1);
        stage(standby, first);
        standby.world.sync();
        standby.isWholly(first.toString());
        assertThat(restores(standby)).isEqualTo(1);
    }

    /** One that was live and went back is left too. */
    @ParameterizedTest
    @CsvSource({"root with a", "root with b"})
    void ofSeveralThatAreLeftOneBecomesLive(String rows) {
        Standby standby = standby();
        standby.shop.rows("root with a");
        standby.commit(1);
        standby.world.sync();
        standby.commit(2);
        standby.world.sync();
        SnapshotId third = standby.commit(3);
        stage(standby, third);
        World.Agent agent = standby.world.agent();
        agent.intents().rollback();
        agent.applier().finish();
        standby.isWholly("00000001-00000001");
        standby.shop.rows(rows);

        standby.world.sync();

        standby.isWholly(third.toString());
        assertThat(standby.shop.kept()).as("what was live, and the owner's own").isEqualTo(2);
    }

    /** What this server changes says which is the one to take over, and the snapshot is the same. */
    @Test
    void whatIsLiveAlreadyIsNotExchangedForWhatWasStagedByOtherRules() {
        Standby standby = standby();
        standby.commit(1);
        standby.world.sync();
        standby.shop.changing(" without its queue");
        SnapshotId second = standby.commitUnchanged(2);
        stage(standby, second);
        standby.shop.changing("");

        standby.world.sync();

        assertThat(standby.shop.live()).contains("shop of 00000001-00000001");
        assertThat(standby.shop.kept()).as("the owner's own").isEqualTo(1);
    }

    @Test
    void whatIsRestoredWhileTheRulesChangeIsNotTakenForWhatTheyMake() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.shop.changing(" by the old rules");
        standby.shop.around((call, work) -> {
            work.run();
            standby.shop.changing(" by the new rules");
        });
        stage(standby, first);
        standby.shop.around((call, work) -> work.run());

        standby.world.sync();

        assertThat(standby.shop.live()).contains("shop of " + first + " by the new rules");
    }

    private static void stage(Standby standby, SnapshotId snapshot) {
        FakeSource source = standby.world.source;
        standby.world.stage.prepare(source.manifest(snapshot), source.blobs(), Progress.none());
    }

    @Test
    void rulesThatCannotBeReadHoldTheImportBeforeAnythingIsTouched() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        standby.commit(2);
        standby.shop.fail("changes", false);
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world::sync))
                .hasMessageContaining("cannot changes database shop");
        standby.isWholly(first.toString());
    }

    /** And only then: nothing else of the snapshot has changed. */
    @Test
    void oneThatWasDroppedIsRestoredWithTheNextSync() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        int restores = restores(standby);
        standby.world.sync();
        assertThat(restores(standby)).isEqualTo(restores);
        standby.shop.loseLive();

        standby.world.sync();

        standby.isWholly(first.toString());
        assertThat(restores(standby)).isEqualTo(restores + 1);
    }

    @Test
    void isTakenBackWhenTheSiteIsNotHealthy() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        SnapshotId bad = standby.commit(2);
        standby.world.site.sickWith(bad.toString());
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world::sync)
                        .code())
                .isEqualTo(ErrorCode.SITE_UNHEALTHY);
        standby.isWholly(first.toString());
    }

    @Test
    void isTakenBackWhenALaterStepFails() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        SnapshotId second = standby.commit(2);
        standby.world.trees.refuse(
                TreeKind.SECRETS, new UnderstudyException(ErrorCode.FILE_DENIED, "cannot write", "let it"));
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world::sync)
                        .code())
                .isEqualTo(ErrorCode.FILE_DENIED);
        standby.isWholly(first.toString());
        standby.world.trees.allow();
        int restores = restores(standby);
        standby.world.sync();
        standby.isWholly(second.toString());
        assertThat(restores(standby))
                .as("what was live is restored again: the site may have written to it")
                .isEqualTo(restores + 1);
    }

    @Test
    void aSwapThatFailsTakesEverythingBack() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        SnapshotId second = standby.commit(2);
        standby.shop.fail("swap", true);
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, standby.world::sync);
        assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
        assertThat(e).hasMessageContaining("cannot swap database shop: disk on fire");
        standby.isWholly(first.toString());
        standby.shop.fail("", false);
        standby.world.sync();
        standby.isWholly(second.toString());
    }

    /** What was live for a while holds what the site wrote: an import never takes it for a snapshot's. */
    @Test
    void whatTheSiteWroteToARejectedSnapshotIsInNoLaterOne() {
        Standby standby = standby();
        standby.commit(1);
        standby.world.sync();
        SnapshotId bad = standby.commit(2);
        standby.world.site.sickWith(bad.toString());
        standby.shop.onUndo(content -> content + ", and a row of the site's");
        catchThrowableOfType(UnderstudyException.class, standby.world::sync);
        SnapshotId next = standby.world.source.commit(1, 3);
        standby.world.source.other(next, "shop", "shop of " + bad);
        standby.world.sync();
        assertThat(standby.shop.live()).contains("shop of " + bad);
    }

    /** Somebody dropped it by hand. */
    @Test
    void whatIsLostBeforeItsSwapIsRestoredAgain() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        SnapshotId second = standby.commit(2);
        standby.shop.loseBeforeSwap(true);
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world::sync)
                        .code())
                .isEqualTo(ErrorCode.LOAD_FAILED);
        standby.isWholly(first.toString());
        standby.shop.loseBeforeSwap(false);
        standby.world.sync();
        standby.isWholly(second.toString());
    }

    @Test
    void aRestoreThatFailsTouchesNothing() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        standby.commit(2);
        standby.shop.fail("restore", true);
        int stops = standby.world.site.starts();
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world::sync)
                        .code())
                .isEqualTo(ErrorCode.COMMAND_FAILED);
        assertThat(standby.world.site.starts()).isEqualTo(stops);
        standby.isWholly(first.toString());
    }

    @Test
    void aPromotionServesWhatIsAhead() {
        Standby standby = promotedWithWhatIsAhead();
        standby.isWholly("00000001-00000002");
        standby.world.agent().cleanUp().runAtOnce(() -> false);
        assertThat(standby.shop.live()).contains("shop of 00000001-00000002");
    }

    /** It may hold what nothing else does. */
    @Test
    void whatServedAsProductionIsNotDroppedByTheImportsThatFollow() {
        Standby standby = promotedWithWhatIsAhead();
        standby.world.agent().cleanUp().runAtOnce(() -> false);
        importsKeepWhatWasSold(standby);
    }

    @Test
    void norWhereNoCleanUpRanInBetween() {
        importsKeepWhatWasSold(promotedWithWhatIsAhead());
    }

    /** The marker went and came back by hand. */
    @Test
    void norWhereNoAgentSawThatItServed() {
        Standby standby = standby();
        standby.commit(1);
        standby.world.sync();
        importsKeepWhatWasSold(standby);
    }

    private static void importsKeepWhatWasSold(Standby standby) {
        standby.shop.live("sold since");
        standby.world.marker.putByHand(Optional.empty());
        for (int sequence = 3; sequence < 6; sequence++) {
            SnapshotId next = standby.world.source.commit(2, sequence);
            standby.world.source.other(next, "shop", "shop of " + next);
            standby.world.sync();
            standby.isWholly(next.toString());
        }
        assertThat(standby.shop.previous()).contains("original", "sold since");
    }

    private Standby promotedWithWhatIsAhead() {
        Standby standby = standby();
        SnapshotId first = standby.commit(1);
        standby.world.sync();
        SnapshotId next = standby.world.source.continuous(1, 2, first);
        standby.world.source.other(next, "shop", "shop of " + next);
        standby.world.poll();
        standby.isWholly(first.toString());
        standby.world.agent().promotion().promote(new Request("asked for", false, false, false));
        return standby;
    }

    @Test
    void aSnapshotOfADatabaseThatIsNotConfiguredHereIsRefusedBeforeTheLoad() {
        Standby standby = standby();
        SnapshotId snapshot = standby.commit(1);
        standby.world.source.other(snapshot, "search", "an index");
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, standby.world::sync);
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("cannot restore database \"search\" of " + snapshot);
        assertThat(standby.shop.calls()).isEmpty();
        standby.isWholly("original");
    }

    @TestFactory
    Stream<DynamicTest> whereverTheFirstImportDies() {
        return everywhere(standby -> standby.commit(1), "00000001-00000001", 1);
    }

    @TestFactory
    Stream<DynamicTest> whereverALaterImportDies() {
        return everywhere(
                standby -> {
                    standby.commit(1);
                    standby.world.sync();
                    standby.commit(2);
                },
                "00000001-00000002",
                2);
    }

    @TestFactory
    Stream<DynamicTest> whereverTheWayBackDies() {
        return everywhere(
                standby -> {
                    standby.commit(1);
                    standby.world.sync();
                    standby.world.site.sickWith(standby.commit(2).toString());
                },
                "00000001-00000001",
                2);
    }

    /** Dies at each point, is started again, and ends as if nothing had happened. */
    private Stream<DynamicTest> everywhere(Consumer<Standby> before, String live, int kept) {
        Standby whole = standby();
        before.accept(whole);
        whole.world.points.live();
        quietly(whole);
        int points = whole.world.points.passed();
        assertThat(whole.world.points.trace()).contains("before swap", "after swap");
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest(
                        k + " " + whole.world.points.trace().get(k), () -> {
                            Standby standby = standby();
                            before.accept(standby);
                            standby.world.points.dieAt(k);
                            try {
                                quietly(standby);
                                throw new AssertionError("it did not die");
                            } catch (Crash expected) {
                                standby.world.points.live();
                            }
                            restarted(standby);
                            quietly(standby);
                            quietly(standby);
                            standby.isWholly(live);
                            assertThat(standby.shop.kept()).isLessThanOrEqualTo(kept);
                        }));
    }

    private static void quietly(Standby standby) {
        try {
            standby.world.sync();
        } catch (UnderstudyException failure) {
            assertThat(failure.code()).isEqualTo(ErrorCode.SITE_UNHEALTHY);
        }
    }

    private static int restores(Standby standby) {
        return (int) standby.shop.calls().stream().filter("restore"::equals).count();
    }

    private Standby standby() {
        World world = World.standby();
        FakeSiteDatabase shop = new FakeSiteDatabase("shop");
        shop.live("original");
        shop.around(world.points::around);
        Standby standby = new Standby(world, shop);
        wire(standby, state());
        return standby;
    }

    private Path state() {
        try {
            return Files.createTempDirectory(folder, "state");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another process has other objects, and the same disk. */
    private static void restarted(Standby standby) {
        wire(standby, ((DatabaseExchange) standby.world.liveTrees).state());
    }

    private static void wire(Standby standby, Path state) {
        World world = standby.world;
        DatabaseExchange exchange = new DatabaseExchange(world.trees, List.of(standby.shop), state, world.time.clock());
        world.liveTrees = exchange;
        world.stage = new DatabaseStager(world.trees, exchange);
    }
}
