package io.understudy.replica.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.round.RoundResult;
import io.understudy.repository.SnapshotId;
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

/** Databases that are no PostgreSQL server's, in the rounds of a standby: each snapshot's is live with its rows. */
class OtherDatabasesRoundTest {
    @TempDir
    private Path folder;

    @Test
    void becomesLiveWithTheRestAndWithTheNextTheOneBeforeGoes() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        standby.isWholly(first.toString());
        assertThat(standby.shop().kept()).as("the owner's own").isEqualTo(1);
        SnapshotId second = standby.commit(2);
        standby.world().sync();
        standby.isWholly(second.toString());
        assertThat(standby.shop().kept()).as("N-1 and the owner's own").isEqualTo(2);
        SnapshotId third = standby.commit(3);
        standby.world().sync();
        standby.isWholly(third.toString());
        assertThat(standby.shop().kept()).as("N-1 and the owner's own").isEqualTo(2);
    }

    @Test
    void anUnchangedDumpIsNotRestoredAgain() {
        ShopStandby standby = ShopStandby.in(folder);
        standby.commit(1);
        standby.world().sync();
        SnapshotId second = standby.commitUnchanged(2);
        int restores = standby.restores();

        standby.world().sync();

        assertThat(standby.restores()).isEqualTo(restores);
        assertThat(standby.world().liveDatabase()).isEqualTo(second.toString());
        assertThat(standby.shop().live()).contains("shop of 00000001-00000001");
        assertThat(standby.shop().previous()).as("the owner's own").containsExactly("original");

        // The rest goes back, and what is live was live before too.
        World.Agent agent = standby.world().agent();
        agent.intents().rollback();
        agent.applier().finish();
        assertThat(standby.world().liveDatabase()).isEqualTo("00000001-00000001");
        assertThat(standby.shop().live()).contains("shop of 00000001-00000001");
    }

    /** Restored by this import or left as it is, and never for an import to fail. */
    @Test
    void whatRunsAsAnAccountThatIsMissingHereIsNamedAfterEachImport() {
        ShopStandby standby = ShopStandby.in(folder);
        List<Object> missing = new ArrayList<>();
        standby.world().events = new Events(standby.world().time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.DefinersMissing) {
                missing.add(event);
            }
        });
        SnapshotId first = standby.commit(1);
        String named = "database shop: a view of shop of " + first + " as shop_admin";
        RoundResult result = standby.world().sync();
        assertThat(result.files().orElseThrow().definers()).containsExactly(named);
        SnapshotId second = standby.commitUnchanged(2);
        standby.world().sync();
        assertThat(missing)
                .containsExactly(
                        new ReplicaEvent.DefinersMissing(first, List.of(named)),
                        new ReplicaEvent.DefinersMissing(second, List.of(named)));

        standby.shop().fail("warnings", false);
        SnapshotId third = standby.commit(3);
        standby.world().sync();
        standby.isWholly(third.toString());
        assertThat(missing).hasSize(2);
    }

    /** What is remembered is nothing against what is there. */
    @Test
    void anUnchangedDumpIsRestoredWhereWhatIsLiveIsNotItsContent() {
        ShopStandby standby = ShopStandby.in(folder);
        standby.commit(1);
        standby.world().sync();
        int sequence = 2;
        for (Runnable change : List.<Runnable>of(
                () -> standby.shop().live("changed by hand"),
                standby.shop()::loseLive,
                () -> standby.shop().telling(false),
                () -> standby.shop().fail("fingerprint", false))) {
            standby.shop().telling(true);
            change.run();
            int restores = standby.restores();
            standby.commitUnchanged(sequence++);
            standby.world().sync();
            assertThat(standby.restores()).isEqualTo(restores + 1);
            assertThat(standby.shop().live()).contains("shop of 00000001-00000001");
        }
    }

    /** And only then: nothing else of the snapshot has changed. */
    @Test
    void oneThatWasDroppedIsRestoredWithTheNextSync() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        int restores = standby.restores();
        standby.world().sync();
        assertThat(standby.restores()).isEqualTo(restores);
        standby.shop().loseLive();

        standby.world().sync();

        standby.isWholly(first.toString());
        assertThat(standby.restores()).isEqualTo(restores + 1);
    }

    @Test
    void isTakenBackWhenTheSiteIsNotHealthy() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        SnapshotId bad = standby.commit(2);
        standby.world().site.sickWith(bad.toString());
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world()::sync)
                        .code())
                .isEqualTo(ErrorCode.SITE_UNHEALTHY);
        standby.isWholly(first.toString());
    }

    @Test
    void isTakenBackWhenALaterStepFails() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        SnapshotId second = standby.commit(2);
        standby.world()
                .trees
                .refuse(TreeKind.SECRETS, new UnderstudyException(ErrorCode.FILE_DENIED, "cannot write", "let it"));
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world()::sync)
                        .code())
                .isEqualTo(ErrorCode.FILE_DENIED);
        standby.isWholly(first.toString());
        standby.world().trees.allow();
        int restores = standby.restores();
        standby.world().sync();
        standby.isWholly(second.toString());
        assertThat(standby.restores())
                .as("what was live is restored again: the site may have written to it")
                .isEqualTo(restores + 1);
    }

    @Test
    void aSwapThatFailsTakesEverythingBack() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        SnapshotId second = standby.commit(2);
        standby.shop().fail("swap", true);
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, standby.world()::sync);
        assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
        assertThat(e).hasMessageContaining("cannot swap database shop: disk on fire");
        standby.isWholly(first.toString());
        standby.shop().fail("", false);
        standby.world().sync();
        standby.isWholly(second.toString());
    }

    /** What was live for a while holds what the site wrote: an import never takes it for a snapshot's. */
    @Test
    void whatTheSiteWroteToARejectedSnapshotIsInNoLaterOne() {
        ShopStandby standby = ShopStandby.in(folder);
        standby.commit(1);
        standby.world().sync();
        SnapshotId bad = standby.commit(2);
        standby.world().site.sickWith(bad.toString());
        standby.shop().onUndo(content -> content + ", and a row of the site's");
        catchThrowableOfType(UnderstudyException.class, standby.world()::sync);
        SnapshotId next = standby.world().source.commit(1, 3);
        standby.world().source.other(next, "shop", "shop of " + bad);
        standby.world().sync();
        assertThat(standby.shop().live()).contains("shop of " + bad);
    }

    /** Somebody dropped it by hand. */
    @Test
    void whatIsLostBeforeItsSwapIsRestoredAgain() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        SnapshotId second = standby.commit(2);
        standby.shop().loseBeforeSwap(true);
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world()::sync)
                        .code())
                .isEqualTo(ErrorCode.LOAD_FAILED);
        standby.isWholly(first.toString());
        standby.shop().loseBeforeSwap(false);
        standby.world().sync();
        standby.isWholly(second.toString());
    }

    @Test
    void aRestoreThatFailsTouchesNothing() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        standby.commit(2);
        standby.shop().fail("restore", true);
        int stops = standby.world().site.starts();
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world()::sync)
                        .code())
                .isEqualTo(ErrorCode.COMMAND_FAILED);
        assertThat(standby.world().site.starts()).isEqualTo(stops);
        standby.isWholly(first.toString());
    }

    @Test
    void aPromotionServesWhatIsAhead() {
        ShopStandby standby = promotedWithWhatIsAhead();
        standby.isWholly("00000001-00000002");
        standby.world().agent().cleanUp().runAtOnce(() -> false);
        assertThat(standby.shop().live()).contains("shop of 00000001-00000002");
    }

    /** It may hold what nothing else does. */
    @Test
    void whatServedAsProductionIsNotDroppedByTheImportsThatFollow() {
        ShopStandby standby = promotedWithWhatIsAhead();
        standby.world().agent().cleanUp().runAtOnce(() -> false);
        importsKeepWhatWasSold(standby);
    }

    @Test
    void norWhereNoCleanUpRanInBetween() {
        importsKeepWhatWasSold(promotedWithWhatIsAhead());
    }

    /** The marker went and came back by hand. */
    @Test
    void norWhereNoAgentSawThatItServed() {
        ShopStandby standby = ShopStandby.in(folder);
        standby.commit(1);
        standby.world().sync();
        importsKeepWhatWasSold(standby);
    }

    private static void importsKeepWhatWasSold(ShopStandby standby) {
        standby.shop().live("sold since");
        standby.world().marker.putByHand(Optional.empty());
        for (int sequence = 3; sequence < 6; sequence++) {
            SnapshotId next = standby.world().source.commit(2, sequence);
            standby.world().source.other(next, "shop", "shop of " + next);
            standby.world().sync();
            standby.isWholly(next.toString());
        }
        assertThat(standby.shop().previous()).contains("original", "sold since");
    }

    private ShopStandby promotedWithWhatIsAhead() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        SnapshotId next = standby.world().source.continuous(1, 2, first);
        standby.world().source.other(next, "shop", "shop of " + next);
        standby.world().poll();
        standby.isWholly(first.toString());
        standby.world().agent().promotion().promote(new Request("asked for", false, false, false));
        return standby;
    }

    @Test
    void aSnapshotOfADatabaseThatIsNotConfiguredHereIsRefusedBeforeTheLoad() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId snapshot = standby.commit(1);
        standby.world().source.other(snapshot, "search", "an index");
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, standby.world()::sync);
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("cannot restore database \"search\" of " + snapshot);
        assertThat(standby.shop().calls()).isEmpty();
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
                    standby.world().sync();
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
                    standby.world().sync();
                    standby.world().site.sickWith(standby.commit(2).toString());
                },
                "00000001-00000001",
                2);
    }

    /** Dies at each point, is started again, and ends as if nothing had happened. */
    private Stream<DynamicTest> everywhere(Consumer<ShopStandby> before, String live, int kept) {
        ShopStandby whole = ShopStandby.in(folder);
        before.accept(whole);
        whole.world().points.live();
        quietly(whole);
        int points = whole.world().points.passed();
        assertThat(whole.world().points.trace()).contains("before swap", "after swap");
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest(
                        k + " " + whole.world().points.trace().get(k), () -> {
                            ShopStandby standby = ShopStandby.in(folder);
                            before.accept(standby);
                            standby.world().points.dieAt(k);
                            try {
                                quietly(standby);
                                throw new AssertionError("it did not die");
                            } catch (Crash expected) {
                                standby.world().points.live();
                            }
                            standby.restarted();
                            quietly(standby);
                            quietly(standby);
                            standby.isWholly(live);
                            assertThat(standby.shop().kept()).isLessThanOrEqualTo(kept);
                        }));
    }

    private static void quietly(ShopStandby standby) {
        try {
            standby.world().sync();
        } catch (UnderstudyException failure) {
            assertThat(failure.code()).isEqualTo(ErrorCode.SITE_UNHEALTHY);
        }
    }
}
