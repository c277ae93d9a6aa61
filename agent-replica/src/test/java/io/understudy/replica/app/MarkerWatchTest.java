package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.BackupMode;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MarkerWatchTest {
    private final List<String> received = new ArrayList<>();
    private final List<String> reported = new ArrayList<>();
    private final FakeTicker time = new FakeTicker();
    private Boolean on = true;
    private final MarkerWatch watch = new MarkerWatch(
            new BackupMode() {
                @Override
                public boolean on() {
                    if (on == null) {
                        throw new UnderstudyException(ErrorCode.FILE_DENIED, "cannot look", "mount it");
                    }
                    return on;
                }

                @Override
                public Optional<SnapshotId> named() {
                    return Optional.empty();
                }

                @Override
                public void writeMarker(String reason, Optional<SnapshotId> snapshot) {
                    throw new AssertionError();
                }

                @Override
                public boolean renew(String reason, Optional<SnapshotId> snapshot) {
                    return on();
                }

                @Override
                public void removeMarker() {
                    throw new AssertionError();
                }
            },
            () -> received.add("gone"),
            () -> received.add("changed"),
            () -> {},
            new Events(time.clock(), (event, at) -> reported.add(event.message())),
            time);

    /** A look each second would fill the log. */
    @Test
    void reportsAFailureThatStaysOnceAnHourAndAtOnceWhenItComesBack() {
        on = null;
        watch.look();
        watch.look();
        assertThat(reported).containsExactly("a look at the marker failed: cannot look (file_denied)");
        time.advance(Duration.ofHours(1));
        watch.look();
        watch.look();
        assertThat(reported).hasSize(2);

        on = true;
        watch.look();
        on = null;
        watch.look();
        assertThat(reported).hasSize(3);
    }

    @AfterEach
    void close() {
        watch.close();
    }

    @Test
    void tellsOfAMarkerThatGoesAndOneThatComes() {
        watch.look();
        watch.look();
        assertThat(received).isEmpty();
        on = false;
        watch.look();
        watch.look();
        assertThat(received).containsExactly("gone", "changed");
        on = true;
        watch.look();
        assertThat(received).containsExactly("gone", "changed", "changed");
    }

    @Test
    void aDiskThatCannotBeReadIsNoRemoval() {
        watch.look();
        on = null;
        watch.look();
        on = true;
        watch.look();

        assertThat(received).isEmpty();
    }
}
