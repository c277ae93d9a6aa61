package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoryWatchTest {
    @TempDir
    private Path folder;

    /** A standby, which forgets none of them, has to know those of months. */
    @Test
    void continuousSnapshotsAreShownAndNotNotedAsGenuine() {
        PrimaryFixture primary = new PrimaryFixture(folder);
        List<SnapshotId> genuine = new ArrayList<>();
        RepositoryWatch watch = new RepositoryWatch(
                () -> primary.repository, primary.time.clock(), primary.time, (id, snapshot) -> genuine.add(snapshot));
        SnapshotTaker taker = primary.taker(Events.none());
        RoleStatus standby = new RoleStatus(Role.REPLICA, true, 1, 1, Optional.empty());

        taker.take(SnapshotRequest.of(List.of("hourly")), Progress.none());
        assertThat(watch.look(standby).newest()).contains(new SnapshotId(1, 1));
        primary.database.rows("1\tother");
        taker.takeIfChanged(Progress.none());
        primary.time.advance(Duration.ofSeconds(31));
        assertThat(watch.look(standby).newest()).contains(new SnapshotId(1, 2));
        assertThat(watch.look(standby).details()).isPresent();
        taker.take(SnapshotRequest.of(List.of("hourly")), Progress.none());
        primary.time.advance(Duration.ofSeconds(31));
        watch.look(standby);

        assertThat(genuine).containsExactly(new SnapshotId(1, 1), new SnapshotId(1, 3));
    }
}
