package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.notify.DataAge;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.fakes.World;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplicaNoticesTest {
    private static final SnapshotId ID = new SnapshotId(1, 42);

    private final World world = World.standby();
    private final ReplicaNotices notices = new ReplicaNotices(world.store, world.marker, false);

    private static UnderstudyException failure(ErrorCode code) {
        return new UnderstudyException(code, "cannot do it: no", "do something");
    }

    private List<String> of(Event event) {
        return notices.of(event).stream()
                .map(signal -> signal.occasion().label() + " " + signal.topic() + (signal.silent() ? " silent" : ""))
                .toList();
    }

    @Test
    void anImportBeginsSucceedsAndFails() {
        assertThat(of(new ReplicaEvent.ImportBegan(ID, false))).containsExactly("start round");
        assertThat(of(new ReplicaEvent.SnapshotApplied(ID, Optional.empty(), Optional.empty(), Optional.empty())))
                .containsExactly("recovery round", "success round");
        assertThat(of(new ReplicaEvent.StepFailed(Step.LOAD, failure(ErrorCode.MISSING_ROLE))))
                .containsExactly("failure round");
        assertThat(of(new ReplicaEvent.SnapshotAhead(ID, Instant.EPOCH, Duration.ZERO, "")))
                .containsExactly("recovery round");
    }

    @Test
    void aHoldFailsUntilItIsDecided() {
        assertThat(of(new ReplicaEvent.SnapshotHeld(ID, ID, "all tables: 100 → 0 rows")))
                .containsExactly("failure hold");
        assertThat(of(new ReplicaEvent.HoldContinues(ID, "still"))).isEmpty();
        assertThat(of(new ReplicaEvent.HoldEnded(ID, ID))).containsExactly("recovery hold");
        assertThat(of(new ReplicaEvent.HoldAccepted(ID))).containsExactly("recovery hold");
        assertThat(of(new ReplicaEvent.HoldRejected(ID))).containsExactly("recovery hold");
    }

    @Test
    void aFilestoreThatDoesNotAnswerIsOneFailure() {
        assertThat(of(new ReplicaEvent.StepFailed(Step.DISCOVER, failure(ErrorCode.FILESTORE_UNREACHABLE))))
                .containsExactly("failure filestore");
        assertThat(notices.of(new ReplicaEvent.StepFailed(Step.DISCOVER, failure(ErrorCode.FILESTORE_UNREACHABLE)))
                        .get(0)
                        .key())
                .isEqualTo(notices.of(new CommonEvent.FilestoreLost(Optional.empty(), "gone"))
                        .get(0)
                        .key());
        assertThat(of(new ReplicaEvent.NewestSeen(Optional.of(ID)))).containsExactly("recovery filestore");
        assertThat(of(new CommonEvent.FilestoreLost(Optional.of("far"), "gone")))
                .as("of several, which the newest snapshot in another one does not end")
                .containsExactly("failure filestore far");
        assertThat(of(new ReplicaEvent.StepFailed(Step.FETCH, failure(ErrorCode.FILESTORE_UNREACHABLE))))
                .containsExactly("failure round");
        world.marker.removeByHand();
        assertThat(of(new CommonEvent.FilestoreLost(Optional.empty(), "gone"))).isEmpty();
    }

    @Test
    void theFailureOfAStepIsNotThatOfTheRoundOnceMore() {
        UnderstudyException why = failure(ErrorCode.MISSING_ROLE);
        of(new ReplicaEvent.StepFailed(Step.LOAD, why));

        assertThat(of(new ReplicaEvent.RoundFailed(why))).isEmpty();
        assertThat(of(new ReplicaEvent.RoundFailed(failure(ErrorCode.STATE_DAMAGED))))
                .containsExactly("failure round_failed");
    }

    @Test
    void aPromotionIsReportedAndEndsWhatAStandbyFails() {
        assertThat(of(new ReplicaEvent.MarkerRemoved())).isEmpty();
        assertThat(of(new ReplicaEvent.ServerPromoted(2, false)))
                .containsExactly(
                        "recovery round silent",
                        "recovery hold silent",
                        "recovery drill silent",
                        "recovery dns silent",
                        "promotion promotion");
        assertThat(of(new ReplicaEvent.EpochUnclaimed(2, failure(ErrorCode.FILESTORE_UNREACHABLE))))
                .containsExactly("failure epoch");
        assertThat(of(new ReplicaEvent.EpochClaimed(2))).containsExactly("recovery epoch");
        assertThat(of(new ReplicaEvent.PromotionImpaired(failure(ErrorCode.SITE_UNHEALTHY))))
                .containsExactly("failure promotion_impaired");
        assertThat(of(new ReplicaEvent.MarkerReturned()))
                .containsExactly("recovery epoch silent", "promotion promotion");
    }

    @Test
    void aStandbyAnswersForTheAgeOfWhatAPromotionWouldServe() {
        DataAge.Known before = notices.look().known().orElseThrow();
        assertThat(before.moment()).isEmpty();
        assertThat(before.limit()).contains(Duration.ofHours(26));
        assertThat(new ReplicaNotices(world.store, world.marker, true)
                        .look()
                        .known()
                        .orElseThrow()
                        .limit())
                .as("old data may be current")
                .isEmpty();

        world.source.commit(1, 1);
        world.sync();
        assertThat(notices.look().known().orElseThrow().moment()).contains(Instant.parse("2026-11-20T10:00:01Z"));

        world.marker.removeByHand();
        assertThat(notices.look()).isEqualTo(DataAge.Without.NOT_MINE);
    }

    /** What the agent really reports, in its order. */
    @Test
    void anImportThatFailsAndThenSucceedsIsAFailureAndARecovery() {
        List<String> all = new ArrayList<>();
        world.events = new Events(world.time.clock(), (event, at) -> all.addAll(of(event)));
        world.source.commit(1, 1);
        world.site.sickWith("00000001-00000001");
        assertThatThrownBy(world::sync).isInstanceOf(UnderstudyException.class);
        assertThat(all).contains("start round", "failure round").doesNotContain("success round");
        world.site.recover();
        world.source.commit(1, 2);
        world.sync();

        assertThat(all.subList(all.lastIndexOf("start round"), all.size()))
                .containsSubsequence("recovery round", "success round")
                .doesNotContain("failure round");
    }
}
