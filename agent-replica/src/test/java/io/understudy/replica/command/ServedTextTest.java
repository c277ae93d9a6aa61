package io.understudy.replica.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.app.StatusView;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.app.StatusView.Live;
import io.understudy.replica.app.StatusView.ProgressView;
import io.understudy.replica.fakes.World;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.promote.Promotion.Goal;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the question before a promotion says of the data. */
class ServedTextTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:05Z");
    private static final String PROVEN = "00000001-00000030, data of 2026-11-20T09:35:02Z, 25 min old";

    private final ReplicaRecord empty = World.standby().store.record();
    private final ReplicaRecord following = empty.with(new Following(
            new DatabaseVersion(
                    new DatabaseIdentity(7, 1),
                    Optional.of(new SnapshotId(1, 30)),
                    Optional.of(Instant.parse("2026-11-20T09:35:02Z")),
                    Optional.empty()),
            true,
            NOW,
            Optional.empty()));
    private final ReplicaRecord ahead = following.withLoaded(
            new Ahead(new DatabaseIdentity(7, 2), new SnapshotId(1, 42), Instant.parse("2026-11-20T10:00:02Z"), NOW),
            true);

    @Test
    void namesWhatIsAheadAndWhatIsServedWhenTheSiteDoesNotComeUpOnIt() {
        assertThat(ServedText.of(ahead, Goal.NEWEST, NOW))
                .isEqualTo(" It serves 00000001-00000042, data of 2026-11-20T10:00:02Z, 3 s old (ahead: loaded, not yet"
                        + " proven); if the site does not come up on it: " + PROVEN + ".");
    }

    @Test
    void namesTheProvenOneAloneWhereThatIsAskedForOrAllThereIs() {
        assertThat(ServedText.of(ahead, Goal.PROVEN, NOW)).isEqualTo(" It serves " + PROVEN + ".");
        assertThat(ServedText.of(following, Goal.NEWEST, NOW)).isEqualTo(" It serves " + PROVEN + ".");
    }

    /** Nothing else says that this gives up what another server wrote. */
    @Test
    void namesWhatAFormerPrimaryServesAndWhatIsGivenUp() {
        Optional<EpochClaim> held = Optional.of(new EpochClaim(1, "a", NOW, "init", "nonce"));

        assertThat(ServedText.own(empty, held, true))
                .contains("as it had it when it was the primary with epoch 1", "is given up");
        assertThat(ServedText.own(empty, held, false)).isEmpty();
        assertThat(ServedText.own(empty, Optional.empty(), true)).isEmpty();
        assertThat(ServedText.own(following, held, true)).isEmpty();
    }

    /** What it was promoted with is long written over: nothing of an old primary's is lost by this. */
    @Test
    void namesWhatAPromotedServerServesAndWhatIsGivenUp() {
        ReplicaRecord promoted = empty.with(new Promoted(following.live().orElseThrow(), 2, true, false, NOW));

        assertThat(ServedText.of(promoted, Goal.NEWEST, NOW)).isEmpty();
        assertThat(ServedText.own(promoted, Optional.empty(), true))
                .contains("since it was promoted with epoch 2", "is given up");
        assertThat(ServedText.own(promoted, Optional.empty(), false))
                .contains("since it was promoted with epoch 2")
                .doesNotContain("given up");
    }

    @Test
    void saysThatMoreMayBeServedWhileALoadIsUnderWay() {
        assertThat(ServedText.loading(status(following)))
                .isEqualTo(
                        " 00000001-00000043 is being imported now (load); a load ahead gets ten seconds to end, and is served then.");
        assertThat(ServedText.loading(status(ahead))).isEmpty();
    }

    private static StatusView status(ReplicaRecord record) {
        Live live = new Live(
                true,
                Optional.of(new ProgressView(new SnapshotId(1, 43), "load", 10, 100)),
                List.of(),
                new FilestoreView("file:///b", true, Optional.of(NOW), Optional.empty(), Optional.empty()),
                Optional.empty(),
                List.of());
        return StatusView.of("site", "standby", "site", true, record, live, NOW);
    }

    @Test
    void saysWhatIsHeld() {
        SnapshotId id = new SnapshotId(1, 43);
        Hold hold = new Hold(id, id, new SnapshotId(1, 42), NOW, NOW, new SnapshotId(1, 30), "", true, List.of(), 0);
        assertThat(ServedText.held(Optional.of(hold)))
                .isEqualTo(
                        " 00000001-00000043 is held and not served, unless agent-replica accept 00000001-00000043 comes first.");
        assertThat(ServedText.held(Optional.empty())).isEmpty();
    }

    @Test
    void saysNothingWhereNothingWasImported() {
        assertThat(ServedText.of(empty, Goal.NEWEST, NOW)).isEmpty();
    }
}
