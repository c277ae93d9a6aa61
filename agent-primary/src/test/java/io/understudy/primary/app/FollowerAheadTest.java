package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.understudy.events.Events;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.announce.Reporting;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.transport.RefusedPeers;
import io.understudy.v1.ReplicaReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a standby would serve after a promotion, as the primary's status shows it. */
class FollowerAheadTest {
    private static final ReplicaReport LIVE = ReplicaReport.newBuilder()
            .setName("standby-1")
            .setSite("example")
            .setState("following")
            .setApplied("00000001-00000003")
            .build();

    @TempDir
    private Path folder;

    @Test
    void isTheSnapshotThatIsLoadedThereAndNotLive() {
        ReplicaReport ahead = LIVE.toBuilder()
                .setAhead("00000001-00000009")
                .setAheadMoment(Timestamp.newBuilder().setSeconds(1_000))
                .build();

        StatusView shown = status(ahead);

        assertThat(shown.followers().get(0).ahead()).contains("00000001-00000009");
        assertThat(shown.followers().get(0).aheadMoment()).contains(Instant.ofEpochSecond(1_000));
        assertThat(shown.text()).contains("connected, has 00000001-00000003, ahead 00000001-00000009");
    }

    @Test
    void isAbsentWhereThereIsNone() {
        StatusView shown = status(LIVE);

        assertThat(shown.followers().get(0).ahead()).isEmpty();
        assertThat(shown.followers().get(0).aheadMoment()).isEmpty();
        assertThat(shown.text()).contains("has 00000001-00000003").doesNotContain("ahead");
    }

    private StatusView status(ReplicaReport report) {
        PrimaryFixture primary = new PrimaryFixture(folder);
        Followers followers = new Followers(primary.time.clock());
        Reporting.replica(followers, report);
        RefusedPeers refused = new RefusedPeers(Optional.empty(), Events.none(), primary.time, primary.time.clock());
        try (SnapshotQueue queue = new SnapshotQueue(primary.taker(Events.none()))) {
            return new StatusReport("example", "a", "memory:", "0.1.0")
                    .ofDaemon(
                            new DaemonStatus(primary.time.clock()),
                            queue,
                            followers.all(),
                            refused,
                            Optional.empty(),
                            Optional.empty());
        }
    }
}
