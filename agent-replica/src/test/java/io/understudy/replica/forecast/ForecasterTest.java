package io.understudy.replica.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.replica.fakes.World;
import io.understudy.replica.forecast.Forecast.Answer;
import io.understudy.replica.forecast.Measurement.Kind;
import io.understudy.replica.forecast.Obstacle.Weight;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.promote.BoundedClaims;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Discrepancy.Subject;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecasterTest {
    private static final Map<String, Duration> STEPS =
            Map.of("apply", Duration.ofMillis(400), "restart", Duration.ofSeconds(2), "prove", Duration.ofMillis(300));

    @TempDir
    Path state;

    private final World world = World.standby();
    private final FakeTicker time = world.time;
    private Duration rpo = Duration.ofDays(1);
    private Optional<SnapshotId> newest = Optional.empty();
    private Optional<Hold> held = Optional.empty();
    private MeasuredTimes measured;

    @BeforeEach
    void measures() {
        measured = new MeasuredTimes(state, time.clock());
    }

    private void follow() {
        world.source.commit(1, 1);
        TakenSteps.of(world.sync()).ifPresent(steps -> assertThat(steps).containsKeys("apply", "restart", "prove"));
        measured.add(Kind.IMPORT, STEPS);
    }

    private Forecast forecast(Discrepancy... found) {
        List<Look> looks = List.of(
                new StandbyRules(rpo, time.clock()), new ClaimLook(new BoundedClaims(world.claims), time.clock()));
        return new Forecaster(measured, looks, time.clock())
                .of(new Seen(world.marker.on(), world.store.record(), List.of(found), newest, false, held, false));
    }

    private static List<String> codes(Forecast forecast, Weight weight) {
        return forecast.obstacles().stream()
                .filter(each -> each.weight() == weight)
                .map(Obstacle::code)
                .toList();
    }

    @Test
    void readyWithItsDataAndItsTime() {
        follow();
        Forecast now = forecast();

        assertThat(now.answer()).as(now.text()).isEqualTo(Answer.READY);
        assertThat(now.answer().exitCode()).isZero();
        assertThat(now.snapshot()).hasValue(new SnapshotId(1, 1));
        assertThat(now.moment()).hasValue(Instant.parse("2026-11-20T10:00:01Z"));
        assertThat(now.readySeconds()).hasValue(new Forecast.Seconds(2.3, 2.3));
        assertThat(now.text())
                .contains("switch now: yes\n")
                .contains("ready in 2.3 s (p50), 2.3 s (p95), without look and claim, never measured here");
    }

    @Test
    void saysThatTheTimeIsNotKnownBeforeAnythingWasMeasured() {
        follow();
        measured = new MeasuredTimes(state.resolve("new"), time.clock());
        Forecast now = forecast();

        assertThat(now.answer()).isEqualTo(Answer.UNSURE);
        assertThat(now.answer().exitCode()).isEqualTo(73);
        assertThat(now.readySeconds()).isEmpty();
        assertThat(codes(now, Weight.UNKNOWN)).containsExactly("switch_unsure");
        assertThat(now.text()).contains("time:       not known: never measured here: look, claim, restart, prove");
    }

    @Test
    void nothingImportedBlocks() {
        Forecast now = forecast();

        assertThat(now.answer()).isEqualTo(Answer.BLOCKED);
        assertThat(now.answer().exitCode()).isEqualTo(74);
        assertThat(now.snapshot()).isEmpty();
        assertThat(now.obstacles().get(0).message()).isEqualTo("nothing was imported yet");
    }

    @Test
    void aServerWithoutTheMarkerIsNoStandby() {
        follow();
        world.agent().promotion().promote(new Promotion.Request("test", false, false, false));
        Forecast now = forecast();

        assertThat(now.standby()).isFalse();
        assertThat(now.moment()).isEmpty();
        assertThat(now.obstacles().get(0).message()).startsWith("this server is the primary");
        assertThat(now.answer()).isEqualTo(Answer.BLOCKED);
    }

    /** The same as {@code promote} then does. */
    @Test
    void aFilestoreThatIsAwayBlocksAndNamesTheWayOut() {
        follow();
        world.claims.goDown();
        Forecast now = forecast();

        assertThat(codes(now, Weight.BLOCKER)).containsExactly("filestore_unreachable");
        assertThat(now.obstacles().get(0).hint()).contains("promote --unfenced");
        assertThatThrownBy(() -> world.agent().promotion().promote(new Promotion.Request("test", false, false, false)))
                .isInstanceOf(UnderstudyException.class);
    }

    @Test
    void anEpochOfAnotherServerAndAMissingKeyBlock() {
        follow();
        world.claims.takenByAnother(2);
        assertThat(codes(forecast(), Weight.BLOCKER)).containsExactly("epoch_taken");
        world.claims.loseKey();
        assertThat(codes(forecast(), Weight.BLOCKER)).containsExactly("key_missing");
    }

    @Test
    void whatIsDamagedBlocksAndWhatOnlyARollbackNeedsDoesNot() {
        follow();
        Forecast now = forecast(
                new Discrepancy(Subject.PREVIOUS, "nothing_to_roll_back", "it is gone", "none"),
                new Discrepancy(Subject.MIRROR, "snapshot_unknown", "the mirror is empty", "wait"));
        assertThat(now.answer()).isEqualTo(Answer.UNSURE);
        assertThat(codes(now, Weight.WARNING)).containsExactly("snapshot_unknown");

        now = forecast(new Discrepancy(Subject.DATABASE, "database_failed", "it is gone", "wait"));
        assertThat(codes(now, Weight.BLOCKER)).containsExactly("database_failed");
    }

    @Test
    void oldDataAndANewerSnapshotThatIsNotLoadedAreWarnings() {
        follow();
        rpo = Duration.ofSeconds(1);
        newest = Optional.of(new SnapshotId(1, 2));
        Forecast now = forecast();

        assertThat(codes(now, Weight.WARNING)).containsExactly("snapshot_older", "switch_unsure");
        assertThat(now.answer()).isEqualTo(Answer.UNSURE);
    }

    @Test
    void aSnapshotThatIsHeldIsAWarning() {
        follow();
        SnapshotId id = new SnapshotId(1, 2);
        newest = Optional.of(id);
        Instant now = time.now();
        held = Optional.of(
                new Hold(id, id, new SnapshotId(1, 1), now, now, new SnapshotId(1, 1), "", true, List.of(), 0));

        assertThat(codes(forecast(), Weight.WARNING)).containsExactly("snapshot_held");
    }

    @Test
    void aFailedImportIsAWarning() {
        follow();
        world.source.damage(world.source.commit(1, 2), ErrorCode.BLOB_DAMAGED);
        assertThatThrownBy(world::sync).isInstanceOf(UnderstudyException.class);

        assertThat(codes(forecast(), Weight.WARNING)).containsExactly("blob_damaged");
    }

    /** It is applied and proven first, and then the site is restarted a second time. */
    @Test
    void whatIsAheadIsServedAndItsTimeCounts() {
        follow();
        world.source.continuous(1, 30, new SnapshotId(1, 1));
        world.poll();
        Forecast now = forecast();

        assertThat(now.snapshot()).hasValue(new SnapshotId(1, 30));
        assertThat(now.readySeconds()).hasValue(new Forecast.Seconds(5.0, 5.0));
        assertThat(forecast(new Discrepancy(Subject.AHEAD, "database_failed", "it is gone", "wait"))
                        .snapshot())
                .hasValue(new SnapshotId(1, 1));
    }

    @Test
    void whatAnOperatorRejectedIsNoReasonToWait() {
        follow();
        SnapshotId rejected = world.source.commit(1, 2);
        newest = Optional.of(rejected);
        assertThat(codes(forecast(), Weight.WARNING)).containsExactly("switch_unsure");

        world.store.change(record -> record.rejecting(FailedAttempt.rejection(
                        rejected,
                        Step.DISCOVER,
                        new UnderstudyException(ErrorCode.SNAPSHOT_REJECTED, "an operator rejected it", "restore it"),
                        time.now()))
                .withSuccess());

        assertThat(codes(forecast(), Weight.WARNING)).isEmpty();
    }

    /** A promotion tries again, and serves what is live where that fails once more. */
    @Test
    void whatIsAheadAndFailedToBeAppliedIsNotPromised() {
        follow();
        SnapshotId loaded = world.source.commit(1, 2);
        world.trees.whenPreparing(() -> {
            throw new UnderstudyException(ErrorCode.DISK_FULL, "cannot stage", "make room");
        });
        assertThatThrownBy(world::sync).isInstanceOf(UnderstudyException.class);
        assertThat(world.store.record().ahead())
                .hasValueSatisfying(ahead -> assertThat(ahead.snapshot()).isEqualTo(loaded));

        assertThat(forecast().snapshot()).hasValue(new SnapshotId(1, 1));
        assertThat(codes(forecast(), Weight.WARNING)).containsExactly("disk_full");

        world.trees.whenPreparing(() -> {});
        time.advance(Duration.ofHours(1));
        world.source.continuous(1, 30, loaded);
        world.poll();
        assertThat(forecast().snapshot()).hasValue(new SnapshotId(1, 30));
    }

    @Test
    void aPromotionIsMeasured() {
        follow();
        Promotion.Report report = world.agent().promotion().promote(new Promotion.Request("test", false, false, false));

        assertThat(TakenSteps.of(report))
                .containsKeys("claim", "restart", "prove")
                .doesNotContainKey("ahead");
        assertThat(TakenSteps.of(world.agent().promotion().promote(new Promotion.Request("test", false, false, false))))
                .isEmpty();
    }

    @Test
    void aRoundThatFoundNothingNewIsNotMeasured() {
        follow();
        RoundResult nothing = world.agent().round().run(ImportRequest.newest(), new RoundControl());

        assertThat(TakenSteps.of(nothing)).isEmpty();
    }
}
