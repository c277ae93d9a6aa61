package io.understudy.primary.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void countsInTheServersTimeZone() {
        Schedule daily = new Schedule(Map.of("daily", "30 3 * * *"), BERLIN);
        assertThat(daily.next(berlin("2026-11-20T03:29:59"))).contains(berlin("2026-11-20T03:30:00"));
        assertThat(daily.next(berlin("2026-11-20T03:30:00"))).contains(berlin("2026-11-21T03:30:00"));
    }

    @ParameterizedTest
    @CsvSource({
        "0 * * * *, 2026-11-20T10:20:00, 2026-11-20T11:00:00",
        "*/15 * * * *, 2026-11-20T10:20:00, 2026-11-20T10:30:00",
        "0 3 * * 0, 2026-11-20T10:20:00, 2026-11-22T03:00:00",
        "0 3 1 * *, 2026-11-20T10:20:00, 2026-12-01T03:00:00",
        "15 2 29 2 *, 2026-11-20T10:20:00, 2028-02-29T02:15:00",
        "0 8-18 * * 1-5, 2026-11-20T18:20:00, 2026-11-23T08:00:00",
    })
    void findsTheNextTick(String expression, LocalDateTime from, LocalDateTime expected) {
        Schedule schedule = new Schedule(Map.of("some", expression), ZoneOffset.UTC);
        assertThat(schedule.next(from.toInstant(ZoneOffset.UTC))).contains(expected.toInstant(ZoneOffset.UTC));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 * * *", "60 * * * *", "nightly", "0 0 0 * * *"})
    void refusesWhatIsNoExpression(String expression) {
        assertThatThrownBy(() -> new Schedule(Map.of("some", expression), ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** On 29 March 2026 the clocks of Berlin go from 02:00 to 03:00. */
    @Test
    void aTickInASkippedHourComesWhenTheHourIsSkipped() {
        assertThat(ticks("30 2 * * *", "2026-03-28T12:00:00", 2))
                .containsExactly("2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00");
        assertThat(ticks("0 * * * *", "2026-03-29T00:30:00", 3))
                .containsExactly("2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00");
        assertThat(ticks("0 3 * * *", "2026-03-28T12:00:00", 2))
                .containsExactly("2026-03-29T03:00+02:00", "2026-03-30T03:00+02:00");
    }

    /** On 25 October 2026 the clocks of Berlin go from 03:00 back to 02:00. */
    @Test
    void anHourThatComesTwiceCountsTwiceOnlyForEveryHour() {
        assertThat(ticks("30 2 * * *", "2026-10-24T12:00:00", 2))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
        assertThat(ticks("0 3 * * *", "2026-10-24T12:00:00", 2))
                .containsExactly("2026-10-25T03:00+01:00", "2026-10-26T03:00+01:00");
        assertThat(ticks("0 2 * * *", "2026-10-24T12:00:00", 2))
                .containsExactly("2026-10-25T02:00+02:00", "2026-10-26T02:00+01:00");
        assertThat(ticks("*/30 * * * *", "2026-10-25T01:40:00", 5))
                .containsExactly(
                        "2026-10-25T02:00+02:00",
                        "2026-10-25T02:30+02:00",
                        "2026-10-25T02:00+01:00",
                        "2026-10-25T02:30+01:00",
                        "2026-10-25T03:00+01:00");
    }

    /** Another period moves what is covered into the hour that comes for the second time. */
    @Test
    void aDailyIsDueOnceWhereAnHourlyComesTwice() {
        Schedule schedule = new Schedule(Map.of("hourly", "2 * * * *", "daily", "30 2 * * *"), BERLIN);
        List<String> ticks = new ArrayList<>();
        Instant covered = berlin("2026-10-25T01:30:00");
        for (int i = 0; i < 5; i++) {
            Instant tick = schedule.next(covered).orElseThrow();
            ticks.add(tick.atZone(BERLIN).toOffsetDateTime() + " " + schedule.between(covered, tick));
            covered = tick;
        }
        assertThat(ticks)
                .containsExactly(
                        "2026-10-25T02:02+02:00 [hourly]",
                        "2026-10-25T02:30+02:00 [daily]",
                        "2026-10-25T02:02+01:00 [hourly]",
                        "2026-10-25T03:02+01:00 [hourly]",
                        "2026-10-25T04:02+01:00 [hourly]");
    }

    /** 00:00 UTC is 02:00 in Berlin, the first time; 01:00 the second time, and 02:00 is the end of that. */
    @ParameterizedTest
    @CsvSource({
        "30 2 * * *, 2026-10-25T01:00:00Z, 2026-10-26T01:30:00Z",
        "30 2 * * *, 2026-10-25T00:59:59Z, 2026-10-26T01:30:00Z",
        "0 3 * * *, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
        "0 3 * * *, 2026-10-25T01:59:59.5Z, 2026-10-25T02:00:00Z",
        "0 3 * * *, 2026-10-25T02:00:00Z, 2026-10-26T02:00:00Z",
        "30 * * * *, 2026-10-25T01:00:00Z, 2026-10-25T01:30:00Z",
    })
    void anHourThatComesForTheSecondTimeIsLookedAtOnlyForEveryHour(String expression, Instant from, Instant next) {
        assertThat(new Schedule(Map.of("some", expression), BERLIN).next(from)).contains(next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"30 * * * *", "30 */1 * * *", "30 0-23 * * *", "30 0-11,12-23 * * *", "30 0/1 * * *"})
    void everyHourIsEveryHourHoweverItIsWritten(String expression) {
        assertThat(ticks(expression, "2026-10-25T01:40:00", 3))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T03:30+01:00");
    }

    @Test
    void periodsAtOneMinuteAreOneTick() {
        Schedule schedule = new Schedule(Map.of("hourly", "0 * * * *", "daily", "0 3 * * *"), ZoneOffset.UTC);
        Instant tick = Instant.parse("2026-11-20T03:00:00Z");
        assertThat(schedule.next(tick.minusSeconds(60))).contains(tick);
        assertThat(schedule.between(tick.minusSeconds(60), tick)).containsExactly("daily", "hourly");
        assertThat(schedule.between(tick, tick.plusSeconds(3599))).isEmpty();
        assertThat(schedule.between(tick, tick.plusSeconds(3600))).containsExactly("hourly");
    }

    @ParameterizedTest
    @CsvSource({"0 * * * *, PT1H", "0 3 * * *, PT24H", "0 8-18 * * 1-5, PT62H", "0 0 1 * *, P31D"})
    void knowsItsLongestPause(String expression, Duration longest) {
        Schedule schedule = new Schedule(Map.of("some", expression), ZoneOffset.UTC);
        assertThat(schedule.longestPause(Instant.parse("2026-11-20T10:20:00Z"))).contains(longest);
    }

    @Test
    void withoutPeriodsNothingIsEverDue() {
        Schedule none = new Schedule(Map.of(), BERLIN);
        assertThat(none.next(Instant.EPOCH)).isEmpty();
        assertThat(none.longestPause(Instant.EPOCH)).isEmpty();
        assertThat(none.between(Instant.EPOCH, Instant.now())).isEmpty();
    }

    @Test
    void everyTickOfYearsComesOnceAndInOrder() {
        for (String zone : List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")) {
            Schedule hourly = new Schedule(Map.of("hourly", "0 * * * *"), ZoneId.of(zone));
            Instant at = Instant.parse("2026-01-01T00:00:00Z");
            for (int i = 0; i < 24 * 365; i++) {
                Instant next = hourly.next(at).orElseThrow();
                assertThat(next).isAfter(at).isBeforeOrEqualTo(at.plus(Duration.ofMinutes(90)));
                at = next;
            }
        }
    }

    /** In each zone, at each minute, also one that is skipped or comes twice: once on each date. */
    @Test
    void whatIsDueOnceADayIsDueOnceOnEachDate() {
        Random random = new Random(3);
        for (String zone : List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca")) {
            for (int i = 0; i < 12; i++) {
                String time =
                        (i < 6 ? random.nextInt(60) + " " + i % 4 : random.nextInt(60) + " " + random.nextInt(24));
                Schedule daily = new Schedule(Map.of("daily", time + " * * *"), ZoneId.of(zone));
                ZonedDateTime begin = ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneId.of(zone));
                Instant at = begin.minusSeconds(1).toInstant();
                for (int day = 0; day < 365; day++) {
                    at = daily.next(at).orElseThrow();
                    assertThat(at.atZone(ZoneId.of(zone)).toLocalDate())
                            .as("%s in %s", time, zone)
                            .isEqualTo(begin.toLocalDate().plusDays(day));
                }
            }
        }
    }

    private static List<String> ticks(String expression, String from, int count) {
        Schedule schedule = new Schedule(Map.of("some", expression), BERLIN);
        List<String> ticks = new ArrayList<>();
        Instant at = berlin(from);
        for (int i = 0; i < count; i++) {
            at = schedule.next(at).orElseThrow();
            ticks.add(at.atZone(BERLIN).toOffsetDateTime().toString());
        }
        return ticks;
    }

    private static Instant berlin(String local) {
        return ZonedDateTime.of(LocalDateTime.parse(local), BERLIN).toInstant();
    }
}
