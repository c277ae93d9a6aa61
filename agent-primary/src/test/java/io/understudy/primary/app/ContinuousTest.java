package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.schedule.Schedule;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.time.Duration;
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

/** When the daemon looks for changes. */
@Timeout(120)
class ContinuousTest {
    private static final Duration EVERY = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private PrimaryFixture primary;
    private SnapshotQueue queue;
    private Planner planner;
    private Continuous continuous;
    private final List<PrimaryEvent> reported = new CopyOnWriteArrayList<>();

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        Events events = new Events(primary.time.clock(), (event, at) -> reported.add((PrimaryEvent) event));
        queue = new SnapshotQueue(primary.taker(events));
        Schedule schedule = new Schedule(Map.of("hourly", "0 * * * *"), ZoneOffset.UTC);
        planner = new Planner(schedule, queue, primary.time.now(), new Random(1));
        continuous = new Continuous(
                Optional.of(EVERY), queue, planner, events, new Random(1), primary.time.clock(), primary.time);
    }

    @AfterEach
    void stop() {
        queue.close();
    }

    /** The very first one is not continuous: a standby has to have something to apply. */
    @Test
    void beginsWithOneOfTheScheduleAndThenFollowsEachChange() {
        turn();
        assertThat(periods(1)).containsExactly("hourly");
        change("second");
        turnAfter(EVERY);
        assertThat(periods(2)).containsExactly("continuous");
        assertThat(continuous.view().orElseThrow().taken()).isPresent();
    }

    @Test
    void looksOnceInEachPause() {
        begin();
        int looks = looks();
        turnAfter(EVERY);
        assertThat(looks()).isEqualTo(looks + 1);
        turnAfter(EVERY.minusSeconds(1));
        assertThat(looks()).isEqualTo(looks + 1);
        turnAfter(Duration.ofSeconds(1));
        assertThat(looks()).isEqualTo(looks + 2);
    }

    @Test
    void theScheduleGoesFirst() {
        begin();
        change("second");
        primary.time.advance(Duration.ofHours(1));
        turn();
        assertThat(periods(2)).containsExactly("hourly");
        turnAfter(EVERY);
        assertThat(primary.repository.list()).hasSize(2);
    }

    @Test
    void aFailureIsTriedAgainWithGrowingPausesAndDelaysNoScheduledOne() {
        begin();
        change("second");
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DATABASE_FAILED, "cannot read", "look");
        });
        for (int i = 0; i < 40; i++) {
            turnAfter(EVERY);
        }
        long failures = count(PrimaryEvent.ContinuousFailed.class);
        assertThat(failures).isBetween(6L, 20L);
        primary.database.during(() -> {});
        primary.time.advance(Duration.ofHours(1));
        turn();
        assertThat(periods(2)).containsExactly("hourly");
        change("third");
        turnAfter(Duration.ofMinutes(1));
        assertThat(periods(3)).containsExactly("continuous");
        assertThat(count(PrimaryEvent.ContinuousRecovered.class)).isEqualTo(1);
    }

    @Test
    void theLogHasOneLineAMinute() {
        begin();
        for (int i = 0; i < 36; i++) {
            change("row " + i);
            turnAfter(EVERY);
        }
        assertThat(count(PrimaryEvent.SnapshotCommitted.class)).isEqualTo(37);
        assertThat(count(PrimaryEvent.ContinuousTaken.class)).isBetween(2L, 3L);
    }

    @Test
    void withoutTheSettingThereAreNone() {
        begin();
        continuous = new Continuous(
                Optional.empty(), queue, planner, Events.none(), new Random(1), primary.time.clock(), primary.time);
        change("second");
        turnAfter(EVERY);
        assertThat(primary.repository.list()).hasSize(1);
        assertThat(continuous.view()).isEmpty();
        assertThat(continuous.sleep(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theLoopWakesUpForALook() {
        begin();
        turnAfter(EVERY);
        primary.time.advance(EVERY.minusMillis(300));
        assertThat(continuous.sleep(Duration.ofSeconds(1))).isEqualTo(Duration.ofMillis(300));
    }

    /** A standby has the setting too, and its main loop must not spin. */
    @Test
    void theLoopSleepsAsUsualWhereNothingIsDue() {
        Duration usual = Duration.ofSeconds(1);
        assertThat(continuous.sleep(usual)).isEqualTo(usual);
        begin();
        continuous.rest(false);
        primary.time.advance(EVERY.multipliedBy(2));
        assertThat(continuous.sleep(usual)).as("in backup mode").isEqualTo(usual);

        CountDownLatch done = new CountDownLatch(1);
        primary.database.during(() -> hold(done));
        queue.submit(SnapshotRequest.of(List.of("manual")), Progress.none());
        continuous.ask();
        assertThat(continuous.sleep(usual)).as("while another is taken").isEqualTo(usual);
        done.countDown();
        await().until(queue::isIdle);
    }

    @Test
    void theEndOfALongLookIsNoticedATenthOfItsTimeLater() {
        begin();
        change("second");
        CountDownLatch done = new CountDownLatch(1);
        primary.database.during(() -> hold(done));
        primary.time.advance(EVERY);
        continuous.ask();
        Duration usual = Duration.ofSeconds(1);
        assertThat(continuous.sleep(usual)).isEqualTo(Duration.ofMillis(100));
        primary.time.advance(Duration.ofSeconds(5));
        assertThat(continuous.sleep(usual)).isEqualTo(Duration.ofMillis(500));
        primary.time.advance(Duration.ofMinutes(1));
        assertThat(continuous.sleep(usual)).isEqualTo(usual);
        done.countDown();
        await().until(queue::isIdle);
    }

    @Test
    void theFirstOneIsTriedAgainWithoutAScheduleThoughAnOperatorIsNeeded() {
        planner = new Planner(new Schedule(Map.of(), ZoneOffset.UTC), queue, primary.time.now(), new Random(1));
        continuous = new Continuous(
                Optional.of(EVERY), queue, planner, Events.none(), new Random(1), primary.time.clock(), primary.time);
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.TOOL_UNFIT, "no pg_dump", "install it");
        });
        turn();
        assertThat(count(PrimaryEvent.SnapshotFailed.class)).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            turnAfter(Duration.ofMinutes(1));
        }
        assertThat(count(PrimaryEvent.SnapshotFailed.class)).isBetween(3L, 8L);
        primary.database.during(() -> {});
        turnAfter(Duration.ofMinutes(30));
        turnAfter(Duration.ofMinutes(30));
        assertThat(periods(1)).containsExactly("promotion");
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "again", e);
        }
    }

    private void begin() {
        turn();
        turn();
        assertThat(primary.repository.list()).hasSize(1);
    }

    private void change(String row) {
        primary.database.rows("1\t" + row);
    }

    private void turnAfter(Duration pause) {
        primary.time.advance(pause);
        turn();
    }

    /** One of the main loop, and what it asks for. */
    private void turn() {
        planner.ask(primary.time.now());
        continuous.ask();
        await().pollInterval(Duration.ofMillis(5)).until(queue::isIdle);
        continuous.ask();
        planner.ask(primary.time.now());
        await().pollInterval(Duration.ofMillis(5)).until(queue::isIdle);
        planner.ask(primary.time.now());
        continuous.ask();
        await().pollInterval(Duration.ofMillis(5)).until(queue::isIdle);
    }

    private int looks() {
        return (int) count(PrimaryEvent.ContinuousLooked.class);
    }

    private long count(Class<? extends PrimaryEvent> kind) {
        return reported.stream().filter(kind::isInstance).count();
    }

    private List<String> periods(int sequence) {
        return primary.repository.read(new SnapshotId(1, sequence)).periods();
    }
}
