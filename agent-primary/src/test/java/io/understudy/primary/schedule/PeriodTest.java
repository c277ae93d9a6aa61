package io.understudy.primary.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeriodTest {
    @Test
    void allIsEachPeriodOfTheCalendar() {
        assertThat(Period.expand(List.of("all"))).containsExactly("hourly", "daily", "weekly", "monthly", "bimonthly");
        assertThat(Period.expand(List.of("release", "daily", "all")))
                .containsExactly("release", "daily", "hourly", "weekly", "monthly", "bimonthly");
        assertThat(Period.expand(List.of("daily", "manual"))).containsExactly("daily", "manual");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z, 2026-03-01T00:00:00Z",
        "2026-02-28T23:59:59Z, 2026-01-01T00:00:00Z, 2026-03-01T00:00:00Z",
        "2026-11-20T10:00:00Z, 2026-11-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "2026-12-31T10:00:00Z, 2026-11-01T00:00:00Z, 2027-01-01T00:00:00Z",
    })
    void twoMonthsBeginWithAnOddOne(Instant moment, Instant start, Instant end) {
        assertThat(Period.BIMONTHLY.start(moment, ZoneOffset.UTC)).isEqualTo(start);
        assertThat(Period.BIMONTHLY.end(moment, ZoneOffset.UTC)).isEqualTo(end);
    }

    @ParameterizedTest
    @CsvSource({
        "hourly, hourly, true",
        "hourly, daily, true",
        "hourly, monthly, true",
        "daily, weekly, true",
        "daily, hourly, false",
        "weekly, daily, false",
        "monthly, hourly, false",
        "weekly, monthly, false",
        "monthly, weekly, false",
        "hourly, bimonthly, false",
        "bimonthly, bimonthly, true",
        "hourly, release, false",
        "release, release, true",
        "release, hourly, false",
        "manual, hourly, false",
    })
    void anUnchangedSnapshotStandsForItsOwnLabelAndForCoarserOnes(String carried, String due, boolean stands) {
        assertThat(Period.standsFor(List.of(carried), List.of(due), period -> true))
                .isEqualTo(stands);
        assertThat(Period.standsFor(List.of(carried), List.of(due), period -> false))
                .as("one of an earlier stretch stands for its own label alone")
                .isEqualTo(carried.equals(due));
    }

    @Test
    void anHourlyStandsForTheDayThatItLiesInAndNotForTheWeekBefore() {
        Instant sunday = Instant.parse("2026-11-22T22:30:00Z");
        Instant monday = Instant.parse("2026-11-22T23:30:00Z");
        ZoneId zone = ZoneId.of("Europe/Amsterdam");
        assertThat(Period.DAILY.isOneStretch(sunday, monday, zone)).isFalse();
        assertThat(Period.DAILY.isOneStretch(sunday, monday, ZoneOffset.UTC)).isTrue();
        assertThat(Period.WEEKLY.isOneStretch(sunday, monday, zone)).isFalse();
        assertThat(Period.MONTHLY.isOneStretch(sunday, monday, zone)).isTrue();
        assertThat(Period.standsFor(List.of("hourly"), List.of("daily", "monthly"), Period.MONTHLY::equals))
                .as("each label by its own stretch")
                .isFalse();
    }

    @Test
    void itStandsForAllLabelsThatAreDueOrForNone() {
        assertThat(Period.standsFor(List.of("daily", "hourly"), List.of("hourly", "weekly"), period -> true))
                .isTrue();
        assertThat(Period.standsFor(List.of("daily", "hourly"), List.of("hourly", "bimonthly"), period -> true))
                .isFalse();
        assertThat(Period.standsFor(Period.expand(List.of("all")), Period.expand(List.of("all")), period -> false))
                .isTrue();
    }
}
