package io.understudy.primary.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.Retry;
import io.understudy.time.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimetableTest {
    private static final Instant TEN = Instant.parse("2026-11-20T10:00:00Z");
    private static final Schedule SCHEDULE =
            new Schedule(Map.of("hourly", "0 * * * *", "daily", "0 3 * * *"), ZoneOffset.UTC);

    private final Timetable timetable = timetable(TEN.plusSeconds(60));

    @Test
    void asksOnceATick() {
        assertThat(timetable.due(TEN.plusSeconds(3599))).isEmpty();
        assertThat(timetable.next(TEN.plusSeconds(3599))).contains(TEN.plusSeconds(3600));
        assertThat(timetable.due(TEN.plusSeconds(3601))).containsExactly("hourly");
        timetable.succeeded();
        assertThat(timetable.due(TEN.plusSeconds(3602))).isEmpty();
        assertThat(timetable.next(TEN.plusSeconds(3602))).contains(TEN.plusSeconds(7200));
    }

    @Test
    void owesOneSnapshotForAllTicksThatWereMissed() {
        assertThat(timetable.due(TEN.plus(Duration.ofHours(20)))).containsExactly("daily", "hourly");
        timetable.succeeded();
        assertThat(timetable.due(TEN.plus(Duration.ofHours(20)).plusSeconds(1))).isEmpty();
    }

    @Test
    void owesTheFirstSnapshotAtOnce() {
        assertThat(timetable(Instant.EPOCH).due(TEN.plusSeconds(5))).containsExactly("daily", "hourly");
    }

    @Test
    void triesAgainWithGrowingPausesWhatMayPass() {
        Instant now = TEN.plusSeconds(3600);
        assertThat(timetable.due(now)).containsExactly("hourly");
        timetable.failed(now, Retry.WITH_BACKOFF);
        Instant again = timetable.next(now).orElseThrow();
        assertThat(again).isBetween(now.plusSeconds(30), now.plusSeconds(60));
        assertThat(timetable.due(again.minusSeconds(1))).isEmpty();
        assertThat(timetable.due(again)).containsExactly("hourly");
        timetable.failed(again, Retry.WITH_BACKOFF);
        assertThat(timetable.next(again).orElseThrow()).isAfterOrEqualTo(again.plusSeconds(60));
    }

    @Test
    void waitsForTheNextTickWhereAnOperatorIsNeededAndKeepsTheLabels() {
        Timetable night = timetable(Instant.parse("2026-11-20T02:30:00Z"));
        Instant three = Instant.parse("2026-11-20T03:00:00Z");
        assertThat(night.due(three)).containsExactly("daily", "hourly");
        night.failed(three, Retry.AFTER_OPERATOR);
        assertThat(night.next(three)).contains(three.plusSeconds(3600));
        assertThat(night.due(three.plusSeconds(3599))).isEmpty();
        assertThat(night.due(three.plusSeconds(3600))).containsExactly("daily", "hourly");
        night.succeeded();
        assertThat(night.due(three.plusSeconds(7200))).containsExactly("hourly");
    }

    @Test
    void goesOnWhenTheClockIsSetBack() {
        assertThat(timetable.due(TEN.minus(Duration.ofDays(365)))).isEmpty();
        assertThat(timetable.due(TEN.minus(Duration.ofDays(365)).plusSeconds(3600)))
                .containsExactly("hourly");
    }

    @Test
    void whatIsOwedWithoutAScheduleIsTriedAgainThoughAnOperatorIsNeeded() {
        Timetable none = new Timetable(new Schedule(Map.of(), ZoneOffset.UTC), Instant.EPOCH, backoff());
        none.owe(List.of("promotion"), TEN);
        assertThat(none.isAwaited()).isTrue();
        assertThat(none.due(TEN)).containsExactly("promotion");
        none.failed(TEN, Retry.AFTER_OPERATOR);
        assertThat(none.isAwaited()).isFalse();
        none.owe(List.of("promotion"), TEN);
        assertThat(none.isAwaited()).isTrue();
        assertThat(none.due(TEN)).as("not at once").isEmpty();
        assertThat(none.due(TEN.plusSeconds(60))).containsExactly("promotion");
    }

    /** Drawn once for each tick, so that what status shows is when it comes. */
    @Test
    void aTickIsDueUpToTheJitterLater() {
        Duration jitter = Duration.ofMinutes(10);
        Timetable late = new Timetable(SCHEDULE, TEN.plusSeconds(60), backoff(), jitter, new Random(7));
        Set<Duration> delays = new HashSet<>();
        Instant now = TEN.plusSeconds(60);
        for (int hour = 1; hour < 30; hour++) {
            Instant tick = TEN.plus(Duration.ofHours(hour));
            Instant due = late.next(now).orElseThrow();
            assertThat(due).isBetween(tick, tick.plus(jitter));
            assertThat(late.next(tick)).contains(due);
            assertThat(late.due(due.minusMillis(1))).isEmpty();
            assertThat(late.due(due)).contains("hourly");
            late.succeeded();
            delays.add(Duration.between(tick, due));
            now = due;
        }
        assertThat(delays).hasSizeGreaterThan(20);
    }

    @Test
    void whatFallsDueWithinTheDelayIsPartOfIt() {
        Schedule schedule = new Schedule(Map.of("hourly", "0 * * * *", "daily", "1 10 * * *"), ZoneOffset.UTC);
        Timetable late =
                new Timetable(schedule, TEN.minusSeconds(60), backoff(), Duration.ofMinutes(10), new Random(7));
        assertThat(late.next(TEN).orElseThrow()).isAfter(TEN.plusSeconds(60));
        assertThat(late.due(late.next(TEN).orElseThrow())).containsExactly("daily", "hourly");
    }

    @Test
    void aClockThatIsSetBackWithinTheDelayLosesNothing() {
        Timetable late =
                new Timetable(SCHEDULE, TEN.minusSeconds(60), backoff(), Duration.ofMinutes(10), new Random(7));
        assertThat(late.due(TEN)).isEmpty();
        assertThat(late.due(TEN.minus(Duration.ofHours(5)))).isEmpty();
        assertThat(late.due(TEN.minus(Duration.ofHours(4)).plus(Duration.ofMinutes(10))))
                .containsExactly("hourly");
    }

    @Test
    void whatIsForgottenIsNotMadeUpAndWhatFailedStaysOwed() {
        assertThat(timetable.due(TEN.plusSeconds(3600))).containsExactly("hourly");
        timetable.failed(TEN.plusSeconds(3600), Retry.WITH_BACKOFF);
        Instant later = TEN.plus(Duration.ofHours(20)).plusSeconds(60);
        timetable.forget(later.minusSeconds(30));
        assertThat(timetable.due(later)).as("the one that failed").containsExactly("hourly");
        timetable.succeeded();
        assertThat(timetable.due(later.plusSeconds(1))).isEmpty();
        timetable.forget(TEN);
        assertThat(timetable.due(later.plusSeconds(2))).as("never further back").isEmpty();
    }

    @Test
    void withoutAScheduleNothingIsDue() {
        Timetable none = new Timetable(new Schedule(Map.of(), ZoneOffset.UTC), Instant.EPOCH, backoff());
        assertThat(none.due(TEN)).isEmpty();
        assertThat(none.next(TEN)).isEmpty();
    }

    private static Timetable timetable(Instant covered) {
        return new Timetable(SCHEDULE, covered, backoff());
    }

    private static Backoff backoff() {
        return new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(30), new Random(1));
    }
}
