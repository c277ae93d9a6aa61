package io.understudy.replica.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a standby has otherwise in a database that is no PostgreSQL server's: rows that stay, and rules that change. */
class OtherRowsRoundTest {
    @TempDir
    private Path folder;

    /** Those that it holds may have changed since the attempt that failed. */
    @ParameterizedTest
    @CsvSource({"root with a, 0, 0", "root with b, 0, 1", "bo with a, 1, 0"})
    void whatAnAttemptLeftGetsRowsThatStayAgainWhereTheyHaveChanged(String rows, int more, int kept) {
        ShopStandby standby = ShopStandby.in(folder);
        standby.shop().rows("root with a");
        standby.commit(1);
        standby.world().sync();
        SnapshotId second = standby.commit(2);
        standby.shop().fail("swap", false);
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world()::sync))
                .isNotNull();
        standby.shop().fail("", false);
        standby.shop().rows(rows);
        int restores = standby.restores();

        standby.world().sync();

        standby.isWholly(second.toString());
        assertThat(standby.restores()).isEqualTo(restores + more);
        assertThat(standby.shop().calls().stream().filter("keep"::equals)).hasSize(kept);
        assertThat(standby.shop().liveRows()).isEqualTo(rows);
        assertThat(standby.shop().kept())
                .as("what was live, and the owner's own")
                .isEqualTo(2);
    }

    /** Where rows cannot be brought again, where that is no more than half done, or where they change once more. */
    @ParameterizedTest
    @ValueSource(strings = {"never", "fails", "fails late", "changes", "stops"})
    void whatCannotGetRowsAgainIsRestored(String how) {
        ShopStandby standby = ShopStandby.in(folder);
        standby.shop().rows("root with a");
        SnapshotId first = standby.commit(1);
        standby.stage(first);
        standby.shop().rows("root with b");
        int restores = standby.restores();
        switch (how) {
            case "never" -> standby.shop().onlyRestores();
            case "changes" ->
                standby.shop().around((call, work) -> {
                    work.run();
                    standby.shop().rows("root with c");
                    standby.shop().around((next, later) -> later.run());
                });
            case "stops" -> {
                standby.shop().around((call, work) -> {
                    throw new IllegalStateException("killed");
                });
                assertThat(catchThrowableOfType(IllegalStateException.class, () -> standby.stage(first)))
                        .hasMessage("killed");
                standby.shop().around((call, work) -> work.run());
            }
            default -> standby.shop().fail("keep", how.equals("fails late"));
        }
        standby.stage(first);
        standby.world().sync();

        standby.isWholly(first.toString());
        boolean changes = how.equals("changes");
        assertThat(standby.restores()).isEqualTo(restores + 1);
        assertThat(standby.shop().liveRows()).isEqualTo(changes ? "root with c" : "root with b");
    }

    /** What the dump has in the place of those before is in the dump alone. */
    @Test
    void whatGotOtherRowsThanBeforeIsRestored() {
        ShopStandby standby = ShopStandby.in(folder);
        standby.shop().rows("root with a");
        SnapshotId first = standby.commit(1);
        standby.stage(first);
        standby.shop().rows("root with b");
        int restores = standby.restores();
        standby.shop().around((call, work) -> {
            if (call.equals("keep")) {
                standby.shop().rows("bo with c");
            }
            work.run();
        });

        standby.stage(first);

        assertThat(standby.shop().calls()).contains("keep");
        assertThat(standby.restores()).isEqualTo(restores + 1);
    }

    /** It has seconds, and a restore may take hours. */
    @ParameterizedTest
    @CsvSource({"root with a", "root with b"})
    void aPromotionTakesOverWhatIsStagedAheadWithRowsThatStay(String rows) {
        ShopStandby standby = ShopStandby.in(folder);
        standby.shop().rows("root with a");
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        SnapshotId next = standby.world().source.continuous(1, 2, first);
        standby.world().source.other(next, "shop", "shop of " + next);
        standby.world().poll();
        standby.stage(next);
        int restores = standby.restores();
        standby.shop().rows(rows);

        standby.world().agent().promotion().promote(new Request("asked for", false, false, false));

        standby.isWholly(next.toString());
        assertThat(standby.restores()).isEqualTo(restores);
        assertThat(standby.shop().liveRows()).isEqualTo(rows);
    }

    @Test
    void anImportRestoresOnceThatStagesNextToTheLoadAndAfterIt() {
        ShopStandby standby = ShopStandby.in(folder);
        standby.shop().rows("root with a");
        SnapshotId first = standby.commit(1);
        standby.stage(first);
        standby.world().sync();
        standby.isWholly(first.toString());
        assertThat(standby.restores()).isEqualTo(1);
    }

    /** One that was live and went back is left too. */
    @ParameterizedTest
    @CsvSource({"root with a", "root with b"})
    void ofSeveralThatAreLeftOneBecomesLive(String rows) {
        ShopStandby standby = ShopStandby.in(folder);
        standby.shop().rows("root with a");
        standby.commit(1);
        standby.world().sync();
        standby.commit(2);
        standby.world().sync();
        SnapshotId third = standby.commit(3);
        standby.stage(third);
        World.Agent agent = standby.world().agent();
        agent.intents().rollback();
        agent.applier().finish();
        standby.isWholly("00000001-00000001");
        standby.shop().rows(rows);

        standby.world().sync();

        standby.isWholly(third.toString());
        assertThat(standby.shop().kept())
                .as("what was live, and the owner's own")
                .isEqualTo(2);
    }

    @Test
    void anUnchangedDumpIsRestoredWhereTheRulesOfThisServerHaveChanged() {
        ShopStandby standby = ShopStandby.in(folder);
        standby.shop().changing(" without its queue");
        standby.commit(1);
        standby.world().sync();
        assertThat(standby.shop().live()).contains("shop of 00000001-00000001 without its queue");
        int restores = standby.restores();
        standby.commitUnchanged(2);
        standby.world().sync();
        assertThat(standby.restores()).as("by the same rules").isEqualTo(restores);

        standby.shop().changing(" without its mail");
        standby.commitUnchanged(3);
        standby.world().sync();
        assertThat(standby.restores()).isEqualTo(restores + 1);
        assertThat(standby.shop().live()).contains("shop of 00000001-00000001 without its mail");

        standby.shop().changing("");
        standby.commitUnchanged(4);
        standby.world().sync();
        assertThat(standby.shop().live()).contains("shop of 00000001-00000001");
    }

    /** What this server changes says which is the one to take over, and the snapshot is the same. */
    @Test
    void whatIsLiveAlreadyIsNotExchangedForWhatWasStagedByOtherRules() {
        ShopStandby standby = ShopStandby.in(folder);
        standby.commit(1);
        standby.world().sync();
        standby.shop().changing(" without its queue");
        SnapshotId second = standby.commitUnchanged(2);
        standby.stage(second);
        standby.shop().changing("");

        standby.world().sync();

        assertThat(standby.shop().live()).contains("shop of 00000001-00000001");
        assertThat(standby.shop().kept()).as("the owner's own").isEqualTo(1);
    }

    @Test
    void whatIsRestoredWhileTheRulesChangeIsNotTakenForWhatTheyMake() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.shop().changing(" by the old rules");
        standby.shop().around((call, work) -> {
            work.run();
            standby.shop().changing(" by the new rules");
        });
        standby.stage(first);
        standby.shop().around((call, work) -> work.run());

        standby.world().sync();

        assertThat(standby.shop().live()).contains("shop of " + first + " by the new rules");
    }

    @Test
    void rulesThatCannotBeReadHoldTheImportBeforeAnythingIsTouched() {
        ShopStandby standby = ShopStandby.in(folder);
        SnapshotId first = standby.commit(1);
        standby.world().sync();
        standby.commit(2);
        standby.shop().fail("changes", false);
        assertThat(catchThrowableOfType(UnderstudyException.class, standby.world()::sync))
                .hasMessageContaining("cannot changes database shop");
        standby.isWholly(first.toString());
    }
}
