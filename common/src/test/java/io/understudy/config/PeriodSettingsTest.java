package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code primary.schedule}, how it is kept, and what retention keeps of it. */
class PeriodSettingsTest {
    private static final String SITE = """
            site: example
            marker: /srv/site/priv/BACKUP
            database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
            filestore: {url: "file:///srv/understudy"}
            """;

    private static final String SEVERAL = SITE.replace("filestore: {url: \"file:///srv/understudy\"}\n", "");

    @TempDir
    private Path folder;

    @Test
    void aScheduleIsKeptToTheMinuteAndMadeUpUnlessItIsSetOtherwise() {
        assertThat(load("").primary().timing()).isEqualTo(ScheduleTiming.DEFAULT);
        assertThat(load("primary: {schedule_zone: America/New_York, schedule_jitter: 5m, schedule_catch_up: 2d,"
                                + " schedule_skip_unchanged: yes}")
                        .primary()
                        .timing())
                .isEqualTo(new ScheduleTiming(
                        Optional.of(ZoneId.of("America/New_York")),
                        Duration.ofMinutes(5),
                        Optional.of(Duration.ofDays(2)),
                        true));
    }

    @ParameterizedTest
    @CsvSource({"yes, ", "on, ", "no, PT0S", "off, PT0S", "6h, PT6H"})
    void whatWasMissedIsMadeUpOfAnyAgeOrOfOneOrNot(String value, Duration age) {
        assertThat(load("primary: {schedule_catch_up: " + value + "}")
                        .primary()
                        .timing()
                        .catchUp())
                .isEqualTo(Optional.ofNullable(age));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "schedule_zone: Europe/Amsterdm | must be a time zone such as Europe/Amsterdam (did you mean Europe/Amsterdam?): Europe/Amsterdm",
                "schedule_zone: Middle-earth | must be a time zone such as Europe/Amsterdam: Middle-earth",
                "schedule_jitter: 13h | must be 1s to 12h: 13h",
                "schedule_catch_up: sometimes | must be a duration, 1m to 3650d: sometimes",
                "schedule_skip_unchanged: maybe | must be yes or no: maybe",
                "'schedule: {daily: \"0 0 30 2 *\"}' | has no cron expression for daily: 0 0 30 2 * (it never falls due: no year has such a day)",
                "'schedule: {daily: \"0 3 * *\"}' | has no cron expression for daily: 0 3 * * (it has 4 fields",
                "'schedule: {shutdown: \"0 3 * * *\"}' | must not name a period shutdown",
            })
    void saysWhatIsWrongWithASchedule(String setting, String fault) {
        String line = setting.startsWith("'") ? setting.substring(1, setting.length() - 1) : setting;
        assertThatThrownBy(() -> load("primary: {" + line + "}")).hasMessageContaining(fault);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{daily: 0, weekly: 0, monthly: 0}",
                "{hourly: 9, daily: 0, weekly: 0, monthly: 0, bimonthly: 5, shutdown: 9}"
            })
    void aRetentionThatDeletesAllOfTheScheduleIsRefused(String keep) {
        assertThatThrownBy(() -> load("primary: {schedule: {daily: \"0 3 * * *\"}}\nretention: {keep: " + keep + "}"))
                .hasMessageContaining("retention.keep would delete every snapshot of primary.schedule (daily) but the"
                        + " newest 3: give one of these a count of at least 1");
    }

    @Test
    void aRetentionThatKeepsNoPeriodOfTheCalendarIsRefusedForAllOfThem() {
        assertThatThrownBy(() -> load("primary: {schedule: {all: \"0 3 * * *\"}}\n"
                        + "retention: {keep: {hourly: 0, daily: 0, weekly: 0, monthly: 0, bimonthly: 0}}"))
                .hasMessageContaining("would delete every snapshot of primary.schedule (all)");
    }

    /** One that has no counts of its own has the fault of all, once. */
    @Test
    void aFilestoresOwnRetentionThatDeletesAllOfTheScheduleIsRefused() {
        String stores = "filestores:\n  - {name: a, url: \"file:///srv/a\"}\n  - {name: b, url: \"file:///srv/b\","
                + " retention: {keep: {hourly: 9, daily: 0, weekly: 0, monthly: 0}}}\n";
        assertThatThrownBy(() -> load("primary: {schedule: {daily: \"0 3 * * *\"}}\n" + stores, SEVERAL))
                .hasMessageContaining("filestores[2].retention.keep would delete every snapshot of primary.schedule"
                        + " (daily) but the newest 3");
        load("primary: {schedule: {hourly: \"0 * * * *\"}}\n" + stores, SEVERAL);
        load(stores, SEVERAL);
    }

    /** Its own label has a count, or none, or those of a longer period are kept, for which it stands in. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "daily | {daily: 1, weekly: 0, monthly: 0}",
                "daily | {daily: 0, weekly: 1, monthly: 0}",
                "hourly | {hourly: 0, daily: 0, weekly: 0, monthly: 1}",
                "release | {hourly: 0, daily: 0, weekly: 0, monthly: 0}",
                "all | {hourly: 0, daily: 0, weekly: 0, monthly: 0, bimonthly: 1}",
            })
    void aRetentionThatKeepsSomeIsTaken(String period, String keep) {
        load("primary: {schedule: {" + period + ": \"0 3 * * *\"}}\nretention: {keep: " + keep + "}");
        load("retention: {keep: " + keep + "}");
    }

    @Test
    void allStandsForOthersAndHasNoCount() {
        assertThatThrownBy(() -> load("retention: {keep: {all: 3}}"))
                .hasMessageContaining("retention.keep has no count for all: such a snapshot counts for hourly, daily,"
                        + " weekly, monthly and bimonthly, each of which has its own");
    }

    private Settings load(String more) {
        return load(more, SITE);
    }

    private Settings load(String more, String site) {
        Path file = folder.resolve("understudy.yaml");
        try {
            Files.writeString(file, site + more + "\n");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return SettingsFile.load(file, Map.of());
    }
}
