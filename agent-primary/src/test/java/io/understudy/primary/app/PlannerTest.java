package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.config.ScheduleTiming;
import io.understudy.events.Events;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.schedule.Schedule;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What of the schedule is asked for: after downtime, with a delay, and where nothing changed. */
@Timeout(120)
class PlannerTest {
    private static final Schedule SCHEDULE =
            new Schedule(Map.of("hourly", "0 * * * *", "daily", "0 3 * * *"), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    private PrimaryFixture primary;
    private SnapshotQueue queue;
    private Planner planner;
    private Instant start;
    private final List<PrimaryEvent> reported = new CopyOnWriteArrayList<>();

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        queue = new SnapshotQueue(
                primary.taker(new Events(primary.time.clock(), (event, at) -> reported.add((PrimaryEvent) event))));
        start = Instant.parse("2026-11-20T10:30:00Z");
    }

    @AfterEach
    void stop() {
        queue.close();
    }

    @Test
    void whatWasMissedIsOneSnapshotWithAllItsLabels() {
        plan(timing(Optional.empty()));
        planner.covered(start.minus(Duration.ofDays(40)));
        ask(start);
        assertThat(taken()).containsExactly(List.of("daily", "hourly"));
        ask(start.plusSeconds(1));
        assertThat(taken()).hasSize(1);
    }

    @Test
    void whatIsOlderThanTheBoundIsNotMadeUp() {
        plan(timing(Optional.of(Duration.ofHours(2))));
        planner.covered(start.minus(Duration.ofHours(12)));
        ask(start);
        assertThat(taken()).containsExactly(List.of("hourly"));
    }

    @Test
    void withoutCatchingUpTheNextOneComesWhenTheScheduleSays() {
        plan(timing(Optional.of(Duration.ZERO)));
        planner.covered(start.minus(Duration.ofDays(40)));
        ask(start);
        assertThat(taken()).isEmpty();
        ask(start.plus(Duration.ofMinutes(29)));
        ask(start.plus(Duration.ofMinutes(30)));
        assertThat(taken()).containsExactly(List.of("hourly"));
    }

    @Test
    void aHostThatSleptMakesUpAsMuchAsOneThatWasOff() {
        plan(timing(Optional.of(Duration.ZERO)));
        ask(start);
        ask(start.plus(Duration.ofHours(20)));
        assertThat(taken()).isEmpty();
        plan(timing(Optional.empty()));
        ask(start);
        ask(start.plus(Duration.ofHours(20)));
        assertThat(taken()).containsExactly(List.of("daily", "hourly"));
    }

    @Test
    void theFirstOfARepositoryIsDueWhateverIsMadeUp() {
        plan(timing(Optional.of(Duration.ZERO)));
        planner.nothingIsCovered(start);
        ask(start);
        assertThat(taken()).containsExactly(List.of("daily", "hourly"));
    }

    @Test
    void whatFallsDueWhileASnapshotRunsWasNotMissed() throws InterruptedException {
        plan(timing(Optional.of(Duration.ZERO)));
        CountDownLatch go = new CountDownLatch(1);
        primary.database.during(() -> await().until(() -> go.getCount() == 0));
        planner.ask(start);
        Instant tick = start.plus(Duration.ofMinutes(30));
        for (Instant now = start; now.isBefore(tick.plus(Duration.ofHours(2))); now = now.plusSeconds(300)) {
            planner.ask(now);
        }
        go.countDown();
        await().until(queue::isIdle);
        ask(tick.plus(Duration.ofHours(2)));
        assertThat(taken()).containsExactly(List.of("hourly"), List.of("hourly"));
    }

    @Test
    void whatFallsDueIsTakenWithADelay() {
        plan(new ScheduleTiming(Optional.empty(), Duration.ofMinutes(20), Optional.empty(), false));
        Instant due = planner.next(start).orElseThrow();
        assertThat(due).isBetween(start.plus(Duration.ofMinutes(30)), start.plus(Duration.ofMinutes(50)));
        ask(due.minusSeconds(1));
        assertThat(taken()).isEmpty();
        ask(due);
        assertThat(taken()).containsExactly(List.of("hourly"));
    }

    /** It was to come within the jitter after its tick, and the agent runs again before that is over. */
    @Test
    void aTickWhoseDelayIsNotOverWasNotMissed() {
        Instant tick = start.plus(Duration.ofMinutes(30));
        plan(new ScheduleTiming(Optional.empty(), Duration.ofMinutes(20), Optional.of(Duration.ZERO), false));
        for (int minute = 0; minute <= 20; minute += 5) {
            ask(tick.plusSeconds(1).plus(Duration.ofMinutes(minute)));
        }
        assertThat(taken()).containsExactly(List.of("hourly"));
        planner.covered(start);
        ask(tick.plus(Duration.ofMinutes(20)).plusSeconds(1));
        assertThat(taken()).hasSize(1);
        assertThat(planner.next(tick.plus(Duration.ofMinutes(21))).orElseThrow())
                .as("a delay that is over was missed")
                .isAfter(tick.plus(Duration.ofMinutes(59)));
    }

    @Test
    void whatIsUnchangedIsSettledWithoutASnapshot() {
        plan(new ScheduleTiming(Optional.empty(), Duration.ZERO, Optional.empty(), true));
        ask(start.plus(Duration.ofMinutes(30)));
        ask(start.plus(Duration.ofMinutes(90)));
        ask(start.plus(Duration.ofMinutes(91)));
        assertThat(taken()).containsExactly(List.of("hourly"));
        assertThat(reported)
                .filteredOn(PrimaryEvent.SnapshotUnneeded.class::isInstance)
                .containsExactly(new PrimaryEvent.SnapshotUnneeded(new SnapshotId(1, 1), List.of("hourly")));
        primary.database.rows("1\tother");
        ask(start.plus(Duration.ofMinutes(150)));
        assertThat(taken()).hasSize(2);
    }

    private static ScheduleTiming timing(Optional<Duration> catchUp) {
        return new ScheduleTiming(Optional.empty(), Duration.ZERO, catchUp, false);
    }

    private void plan(ScheduleTiming timing) {
        planner = new Planner(SCHEDULE, timing, queue, start, new Random(1));
    }

    /** One turn of the main loop, what it asks for, and the next turn. */
    private void ask(Instant now) {
        planner.ask(now);
        await().pollInterval(Duration.ofMillis(2)).until(queue::isIdle);
        planner.ask(now);
    }

    private List<List<String>> taken() {
        return primary.repository.list().stream()
                .map(id -> primary.repository.read(id).periods())
                .toList();
    }
}
