package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.ServiceSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby that is not seen over gRPC: what it has is known by its report in the repository alone. */
class ShippedAheadTest {
    private static final Duration LIMIT = Duration.ofSeconds(300);
    private static final SnapshotId BEFORE = new SnapshotId(1, 7);
    private static final SnapshotId SCHEDULED = new SnapshotId(1, 8);
    private static final SnapshotId SHIPPED = new SnapshotId(1, 9);

    @TempDir
    Path folder;

    private final FakeTicker time = new FakeTicker();

    /** It may hold the scheduled one: the final one would be held like it, with both sites down until the limit. */
    @Test
    void oneThatDoesNotReportTheNewestScheduledSnapshotIsWaitedForToTheLimitAndRefused() {
        assertThatThrownBy(() -> ship(() -> BEFORE, Optional.of(SCHEDULED)))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE))
                .hasMessageContaining("it does not have " + SCHEDULED);

        assertThat(took()).isBetween(LIMIT, LIMIT.plusSeconds(2));
    }

    @Test
    void oneThatReportsItSoonerIsWaitedForNoLonger() {
        ship(() -> took().compareTo(Duration.ofSeconds(40)) < 0 ? BEFORE : SCHEDULED, Optional.of(SCHEDULED));

        assertThat(took()).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(42));
    }

    /** What is loaded there of the continuous ones is not known. */
    @Test
    void oneThatHasReportedItGetsTenSecondsForWhatIsNewer() {
        ship(() -> SCHEDULED, Optional.of(SCHEDULED));

        assertThat(took()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(12));
    }

    @Test
    void whereTheNewestScheduledOneIsNotKnownItGetsTenSeconds() {
        ship(() -> BEFORE, Optional.empty());

        assertThat(took()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(12));
    }

    private Duration took() {
        return time.since(0);
    }

    private void ship(Supplier<SnapshotId> applied, Optional<SnapshotId> scheduled) {
        SwitchoverChecks checks = new SwitchoverChecks(
                new ServiceSettings(List.of("stop"), List.of("start"), List.of(), List.of(), LIMIT, Optional.empty()),
                new Marker(folder.resolve("BACKUP")),
                new SwitchoverNotes(folder, time.clock()),
                () -> 1,
                () -> Optional.of(SHIPPED),
                () -> scheduled,
                () -> List.of(new KnownStandby(
                        "b",
                        false,
                        Optional.empty(),
                        Optional.of(applied.get()),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        time.now(),
                        Optional.empty())),
                () -> List.of("main"));
        new ShippedAhead(checks, () -> Optional.of(SHIPPED), time)
                .ship(new SwitchoverRequest("b", LIMIT, What.BEGIN), () -> false, Progress.none());
    }
}
