package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.round.RoundResult;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecidedTest {
    private static final SnapshotId ONE = new SnapshotId(1, 1);
    private static final SnapshotId TWO = new SnapshotId(1, 2);

    @Test
    void saysWhetherWhatWasAcceptedIsLive() {
        assertThat(accepted(Optional.of(TWO), Optional.of(TWO)))
                .isEqualTo("accepted 00000001-00000002; 00000001-00000002 is live");
        assertThat(accepted(Optional.empty(), Optional.of(TWO)))
                .as("again")
                .isEqualTo("accepted 00000001-00000002; 00000001-00000002 is live");
        assertThat(accepted(Optional.empty(), Optional.of(ONE)))
                .isEqualTo("accepted 00000001-00000002; not live yet: see agent-replica status");
    }

    @Test
    void nothingIsToComeOfWhatWasRejected() {
        assertThat(Decided.rejected(TWO, Optional.empty()).text()).isEqualTo("rejected 00000001-00000002");
    }

    private static String accepted(Optional<SnapshotId> applied, Optional<SnapshotId> live) {
        RoundResult round = new RoundResult(
                applied,
                Optional.empty(),
                Duration.ZERO,
                0,
                Map.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());
        return Decided.accepted(TWO, round, live, Optional.empty()).text();
    }
}
