package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.events.ReplicaEvent;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PollPaceTest {
    private static final Duration POLL = Duration.ofSeconds(60);

    private final FakeTicker time = new FakeTicker();
    private final PollPace pace = new PollPace(POLL, time.clock());

    private void loaded(Duration after) {
        time.advance(after);
        Instant moment = time.clock().instant();
        pace.receive(new ReplicaEvent.SnapshotAhead(new SnapshotId(1, 1), moment, Duration.ZERO, ""), moment);
    }

    @Test
    void looksAsOftenAsContinuousSnapshotsComeButNotMoreThanOnceASecond() {
        assertThat(pace.get()).isEqualTo(POLL);
        loaded(Duration.ZERO);
        assertThat(pace.get()).isEqualTo(POLL);
        loaded(Duration.ofSeconds(5));
        loaded(Duration.ofMinutes(3));
        assertThat(pace.get()).isEqualTo(Duration.ofSeconds(5));
        loaded(Duration.ofMillis(300));
        assertThat(pace.get()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void looksAsConfiguredWhileTheyAreAnnouncedAndWhenTheSiteCameToRest() {
        loaded(Duration.ZERO);
        loaded(Duration.ofSeconds(5));
        pace.announcedBy(() -> true);
        assertThat(pace.get()).isEqualTo(POLL);
        pace.announcedBy(() -> false);
        assertThat(pace.get()).isEqualTo(Duration.ofSeconds(5));
        time.advance(Duration.ofMinutes(16));
        assertThat(pace.get()).isEqualTo(POLL);
    }

    @Test
    void neverLooksLessOftenThanConfigured() {
        PollPace often = new PollPace(Duration.ofMillis(500), time.clock());
        for (int i = 0; i < 3; i++) {
            Instant moment = time.clock().instant();
            often.receive(new ReplicaEvent.SnapshotAhead(new SnapshotId(1, 1), moment, Duration.ZERO, ""), moment);
            time.advance(Duration.ofSeconds(4));
        }
        assertThat(often.get()).isEqualTo(Duration.ofMillis(500));
    }
}
