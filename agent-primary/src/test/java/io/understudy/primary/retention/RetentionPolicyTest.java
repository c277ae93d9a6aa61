package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.retention.Candidate.Unreadable;
import io.understudy.primary.schedule.Period;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetentionPolicyTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Amsterdam");
    private static final Map<String, Integer> DEFAULT = Map.of("hourly", 24, "daily", 7, "weekly", 4, "monthly", 12);

    private final List<Candidate> snapshots = new ArrayList<>();
    private final List<ReplicaReport> reports = new ArrayList<>();
    private Map<String, Integer> keep = DEFAULT;
    private int minimum = 1;
    private Instant now = at("2026-11-20T12:00:00");

    @Test
    void keepsSevenDailyAndTheFourSundaysBefore() {
        // 40 nights at three o'clock, the last one on Friday 20 November 2026.
        keep = Map.of("daily", 7, "weekly", 4);
        nights(40, "2026-10-12T03:00:00");

        assertThat(keptDays())
                .containsExactly(
                        "2026-10-25",
                        "2026-11-01",
                        "2026-11-08", // Sundays
                        "2026-11-14",
                        "2026-11-15",
                        "2026-11-16",
                        "2026-11-17",
                        "2026-11-18",
                        "2026-11-19",
                        "2026-11-20");
        assertThat(text("2026-10-25")).isEqualTo("kept: weekly 4 of 4");
        assertThat(text("2026-11-15")).isEqualTo("kept: daily 6 of 7; weekly 1 of 4");
        assertThat(text("2026-11-20")).isEqualTo("kept: newest; daily 1 of 7");
        assertThat(text("2026-11-13")).isEqualTo("delete: daily beyond the newest 7");
    }

    /** They take no place of the newest ones that are always kept, and a clock that is wrong makes none of them old. */
    @Test
    void continuousOnesStayForAnHourBeforeTheNewestMoment() {
        minimum = 1;
        keep = Map.of("hourly", 0);
        add(at("2026-11-20T06:00:00"), "hourly");
        add(at("2026-11-20T06:59:59"), "continuous");
        add(at("2026-11-20T07:00:00"), "continuous");
        add(at("2026-11-20T08:00:00"), "continuous");

        assertThat(decide())
                .extracting(Decision::text)
                .containsExactly(
                        "kept: one of the newest 1",
                        "delete: not continuous of the last 60 min",
                        "kept: continuous of the last 60 min",
                        "kept: newest; continuous of the last 60 min");
    }

    @Test
    void noContinuousOneIsOldBecauseTheClockWasSetBack() {
        minimum = 1;
        add(at("2026-11-20T11:59:00"), "continuous");
        add(at("2026-11-20T09:00:00"), "continuous");
        add(at("2026-11-20T09:01:00"), "continuous");

        assertThat(decide()).allMatch(Decision::kept);
    }

    @Test
    void sundaysDailyIsTheWeeklyAtOnce() {
        keep = Map.of("daily", 0, "weekly", 1);
        now = at("2026-11-15T04:00:00");
        nights(3, "2026-11-13T03:00:00");

        assertThat(text("2026-11-15")).isEqualTo("kept: newest; weekly 1 of 1");
        assertThat(text("2026-11-14")).isEqualTo("delete: no daily is kept");
    }

    @Test
    void aWeekWithoutItsSundayHasItsLastDaily() {
        keep = Map.of("daily", 1, "weekly", 2);
        nights(19, "2026-11-02T03:00:00");
        snapshots.removeIf(one -> day(one).equals("2026-11-15"));

        assertThat(keptDays()).containsExactly("2026-11-08", "2026-11-14", "2026-11-20");
        assertThat(text("2026-11-08")).isEqualTo("kept: weekly 1 of 2");
        assertThat(text("2026-11-14")).isEqualTo("kept: weekly 1 of 2 as the last of its week");
    }

    @Test
    void aWeeklyOfItsOwnComesBeforeTheSundaysDaily() {
        keep = Map.of("daily", 1, "weekly", 1);
        nights(12, "2026-11-09T03:00:00");
        snapshots.add(known(1, 100, at("2026-11-12T05:00:00"), "weekly"));

        assertThat(text(id(1, 100))).isEqualTo("kept: newest; weekly 1 of 1");
        assertThat(text("2026-11-15")).isEqualTo("delete: daily beyond the newest 1");
    }

    @Test
    void aMonthHasItsLastDailyAndADayItsLastHourly() {
        keep = Map.of("hourly", 2, "daily", 2, "monthly", 2);
        for (Instant moment = at("2026-09-29T00:00:00");
                moment.isBefore(now);
                moment = moment.plus(Duration.ofHours(1))) {
            add(moment, "hourly");
        }

        List<String> kept = decide().stream()
                .filter(Decision::kept)
                .map(one -> local(one.moment().orElseThrow()) + " " + String.join("; ", one.reasons()))
                .toList();
        assertThat(kept)
                .containsExactly(
                        "2026-09-30T23:00 monthly 2 of 2 as the last of its month",
                        "2026-10-31T23:00 monthly 1 of 2 as the last of its month",
                        "2026-11-18T23:00 daily 2 of 2 as the last of its day",
                        "2026-11-19T23:00 daily 1 of 2 as the last of its day",
                        "2026-11-20T10:00 hourly 2 of 2",
                        "2026-11-20T11:00 newest; hourly 1 of 2");
    }

    /** Only those with the label: a pair of months without one has none. */
    @Test
    void ofEachPairOfMonthsTheLastWithTheLabelStays() {
        keep = Map.of("monthly", 0, "bimonthly", 2);
        for (String day : List.of("05-01", "07-01", "09-01", "09-15", "11-01")) {
            add(at("2026-" + day + "T05:00:00"), "bimonthly");
        }
        add(at("2026-11-19T03:00:00"), "monthly");

        assertThat(keptDays()).containsExactly("2026-09-15", "2026-11-01", "2026-11-19");
        assertThat(text("2026-09-01")).isEqualTo("delete: bimonthly, not the last of its two months");
        assertThat(text("2026-07-01")).isEqualTo("delete: bimonthly beyond the newest 2");
        assertThat(text("2026-11-01")).isEqualTo("kept: bimonthly 1 of 2");
    }

    @Test
    void theLastShutdownsStay() {
        keep = Map.of("shutdown", 1, "daily", 0);
        add(at("2026-10-01T05:00:00"), "shutdown");
        add(at("2026-11-01T05:00:00"), "shutdown");
        nights(2, "2026-11-18T03:00:00");

        assertThat(keptDays()).containsExactly("2026-11-01", "2026-11-19");
        assertThat(text("2026-10-01")).isEqualTo("delete: shutdown beyond the newest 1");
    }

    @Test
    void aStandInTakesNoOthersPlace() {
        keep = Map.of("hourly", 0, "daily", 2);
        nights(2, "2026-11-14T03:00:00");
        for (int day = 16; day < 20; day++) {
            add(at("2026-11-" + day + "T09:00:00"), "hourly");
        }
        minimum = 1;

        assertThat(decide())
                .extracting(Decision::text)
                .containsExactly(
                        "kept: daily 2 of 2",
                        "kept: daily 1 of 2",
                        "delete: no hourly is kept",
                        "delete: no hourly is kept",
                        "kept: daily 2 of 2 as the last of its day",
                        "kept: newest; daily 1 of 2 as the last of its day");
    }

    @Test
    void oneSnapshotServesSeveralPeriods() {
        snapshots.add(known(1, 1, at("2026-11-15T03:00:00"), "hourly", "daily"));
        snapshots.add(known(1, 2, at("2026-11-20T03:00:00"), "hourly"));

        assertThat(text(id(1, 1))).isEqualTo("kept: hourly 2 of 24; daily 1 of 7; weekly 1 of 4");
    }

    @Test
    void ofSeveralInOneDayTheLastCounts() {
        keep = Map.of("daily", 5);
        snapshots.add(known(1, 1, at("2026-11-19T03:00:00"), "daily"));
        snapshots.add(known(1, 2, at("2026-11-19T15:00:00"), "daily"));
        snapshots.add(known(1, 3, at("2026-11-20T03:00:00"), "daily"));

        assertThat(text(id(1, 1))).isEqualTo("delete: daily, not the last of its day");
        assertThat(text(id(1, 2))).isEqualTo("kept: daily 2 of 5");
    }

    @Test
    void everyHourOfTheNightWhenClocksAreSetBackCounts() {
        keep = Map.of("hourly", 24);
        now = Instant.parse("2026-10-25T04:30:00Z");
        // Two o'clock comes twice.
        for (int hour = 0; hour < 4; hour++) {
            add(Instant.parse("2026-10-25T0" + hour + ":00:00Z"), "hourly");
        }

        assertThat(decide()).allMatch(Decision::kept);
    }

    @Test
    void neverDeletesWhatItDoesNotKnow() {
        keep = Map.of("hourly", 0, "release", 1);
        snapshots.add(known(1, 1, at("2020-01-01T00:00:00"), "manual", "hourly"));
        snapshots.add(known(1, 2, at("2020-01-02T00:00:00")));
        snapshots.add(new Unreadable(id(1, 3), "cut off"));
        snapshots.add(known(1, 4, at("2020-01-03T00:00:00"), "release"));
        snapshots.add(known(1, 5, at("2020-01-04T00:00:00"), "release"));
        snapshots.add(known(1, 6, at("2020-01-05T00:00:00"), "hourly"));
        snapshots.add(known(1, 7, at("2020-01-06T00:00:00"), "hourly"));

        assertThat(decide())
                .extracting(Decision::text)
                .containsExactly(
                        "kept: manual has no count",
                        "kept: it has no period",
                        "kept: cannot be read: cut off",
                        "delete: release beyond the newest 1",
                        "kept: release 1 of 1",
                        "delete: no hourly is kept",
                        "kept: newest");
    }

    @Test
    void sparesWhatReplicasProvedServeAndHold() {
        keep = Map.of("hourly", 0);
        for (int i = 1; i <= 6; i++) {
            snapshots.add(known(1, i, at("2026-11-0" + i + "T00:00:00"), "hourly"));
        }
        report("standby-1", id(1, 3), id(1, 2), id(1, 1), id(1, 2));
        report("standby-2", id(1, 3), id(1, 3), id(1, 99));

        assertThat(decide())
                .extracting(Decision::text)
                .containsExactly(
                        "kept: held by standby-1",
                        "kept: newest proven by standby-1",
                        "kept: live on standby-1; newest proven by standby-2",
                        "delete: no hourly is kept",
                        "delete: no hourly is kept",
                        "kept: newest");
    }

    @Test
    void keepsTheMinimumAndSaysSoWhenNothingElseDoes() {
        keep = Map.of("daily", 1);
        minimum = 3;
        nights(5, "2026-11-16T03:00:00");

        assertThat(decide())
                .extracting(Decision::text)
                .containsExactly(
                        "delete: daily beyond the newest 1",
                        "delete: daily beyond the newest 1",
                        "kept: one of the newest 3",
                        "kept: one of the newest 3",
                        "kept: newest; daily 1 of 1");
    }

    /** The configuration demands a minimum of 1, which keeps it too; the policy does not lean on that. */
    @Test
    void keepsTheNewestThoughNoCountDoes() {
        keep = Map.of("daily", 0);
        minimum = 0;
        nights(2, "2026-11-19T03:00:00");

        assertThat(decide()).extracting(Decision::text).containsExactly("delete: no daily is kept", "kept: newest");
    }

    @Test
    void keepsTheNewestThatCanBeReadBesideOneThatCannot() {
        keep = Map.of("daily", 0);
        snapshots.add(known(1, 1, at("2026-11-18T03:00:00"), "daily"));
        snapshots.add(new Unreadable(id(1, 2), "signed by nobody"));

        assertThat(text(id(1, 1))).isEqualTo("kept: newest that can be read");
        assertThat(text(id(1, 2))).isEqualTo("kept: newest; cannot be read: signed by nobody");
    }

    @Test
    void snapshotsOfTheEpochBeforeCountByTheirMoments() {
        keep = Map.of("daily", 3);
        snapshots.add(known(1, 1, at("2026-11-17T03:00:00"), "daily"));
        snapshots.add(known(1, 2, at("2026-11-18T03:00:00"), "daily"));
        snapshots.add(known(2, 3, at("2026-11-19T03:00:00"), "daily"));
        snapshots.add(known(2, 4, at("2026-11-20T03:00:00"), "daily"));

        assertThat(text(id(1, 1))).startsWith("delete");
        assertThat(text(id(1, 2))).isEqualTo("kept: daily 3 of 3");
    }

    @Test
    void aMomentInTheFutureTakesNoOthersPlace() {
        keep = Map.of("daily", 2);
        snapshots.add(known(1, 1, at("2031-01-01T03:00:00"), "daily"));
        snapshots.add(known(1, 2, at("2031-01-02T03:00:00"), "daily"));
        nights(2, "2026-11-19T03:00:00");

        assertThat(decide()).allMatch(Decision::kept);
        assertThat(text(id(1, 1))).isEqualTo("kept: its moment lies in the future");
    }

    @Test
    void anEmptyRepositoryNeedsNoDecision() {
        assertThat(decide()).isEmpty();
    }

    @Test
    void theLastDayOfTheWeekIsSundayEverywhere() {
        assertThat(at("2026-11-15T03:00:00").atZone(ZONE).getDayOfWeek()).isEqualTo(DayOfWeek.SUNDAY);
        assertThat(Period.WEEKLY.end(at("2026-11-15T23:59:59"), ZONE)).isEqualTo(at("2026-11-16T00:00:00"));
        assertThat(Period.WEEKLY.start(at("2026-11-15T23:59:59"), ZONE)).isEqualTo(at("2026-11-09T00:00:00"));
    }

    private void nights(int count, String first) {
        LocalDateTime night = LocalDateTime.parse(first);
        for (int i = 0; i < count; i++) {
            add(night.plusDays(i).atZone(ZONE).toInstant(), "daily");
        }
    }

    private void add(Instant moment, String label) {
        snapshots.add(known(1, snapshots.size() + 1, moment, label));
    }

    private void report(String name, SnapshotId applied, SnapshotId proven, SnapshotId... holds) {
        reports.add(new ReplicaReport(
                name,
                Optional.of(applied),
                Optional.of(proven),
                List.of(holds),
                Optional.empty(),
                now,
                "0.1.0",
                Optional.empty(),
                Optional.empty()));
    }

    private List<Decision> decide() {
        RetentionSettings settings = new RetentionSettings(keep, minimum, Duration.ofHours(24), true);
        return new RetentionPolicy(settings, ZONE).decide(snapshots, reports, now);
    }

    private List<String> keptDays() {
        return decide().stream()
                .filter(Decision::kept)
                .map(one -> local(one.moment().orElseThrow()).toLocalDate().toString())
                .toList();
    }

    private String text(String day) {
        SnapshotId id = snapshots.stream()
                .filter(one -> day(one).equals(day))
                .findFirst()
                .orElseThrow()
                .snapshot();
        return text(id);
    }

    private String text(SnapshotId id) {
        return decide().stream()
                .filter(one -> one.snapshot().equals(id))
                .findFirst()
                .orElseThrow()
                .text();
    }

    private static String day(Candidate one) {
        return one instanceof Known known ? local(known.moment()).toLocalDate().toString() : "";
    }

    private static LocalDateTime local(Instant moment) {
        return moment.atZone(ZONE).toLocalDateTime();
    }

    private static Instant at(String local) {
        return LocalDateTime.parse(local).atZone(ZONE).toInstant();
    }

    private static SnapshotId id(int epoch, int sequence) {
        return new SnapshotId(epoch, sequence);
    }

    private static Known known(int epoch, int sequence, Instant moment, String... labels) {
        return new Known(id(epoch, sequence), moment, List.of(labels));
    }
}
