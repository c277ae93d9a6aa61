package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.schedule.Period;
import io.understudy.primary.schedule.Schedule;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configurations of {@code deploy/docs/retention.md} keep what the systems keep that they are taken from. */
class RetentionExamplesTest {
    private static final Path PAGE = Path.of("../deploy/docs/retention.md");

    @TempDir
    private Path folder;

    /** The days of the guide to daily and weekly folders, as it has them. */
    @Test
    void sevenDailyFilesWhoseOldestMovesToTheWeeklyFolder() {
        Site site = new Site("daily folder of seven, weekly folder", "2026-03-01T00:00:00-05:00");

        site.until("2026-03-07");
        assertThat(site.kept()).containsExactlyElementsOf(march(1, 7));

        // 8 March: the directory is over capacity, 1 March moves to the weekly one.
        site.until("2026-03-08");
        assertThat(site.kept()).containsExactlyElementsOf(march(1, 8));
        assertThat(site.why("2026-03-01")).isEqualTo("kept: weekly 2 of 52");
        assertThat(site.why("2026-03-02")).isEqualTo("kept: daily 7 of 7");

        // 9 March: 2 March is removed from the daily one.
        site.until("2026-03-09");
        assertThat(site.kept()).containsExactlyElementsOf(march(1, 1, 3, 9));

        // 15 March: 8 March moves to the weekly one.
        site.until("2026-03-14");
        assertThat(site.why("2026-03-08")).isEqualTo("kept: daily 7 of 7; weekly 1 of 52");
        site.until("2026-03-15");
        assertThat(site.kept()).containsExactlyElementsOf(march(1, 1, 8, 15));
        assertThat(site.why("2026-03-08")).isEqualTo("kept: weekly 2 of 52");

        site.until("2026-03-16");
        assertThat(site.kept()).containsExactlyElementsOf(march(1, 1, 8, 8, 10, 16));
    }

    /** In each night what the files would hold: one for each day of the week, and four in turn for Sundays. */
    @Test
    void numberedDaysAndFourWeeks() {
        Site site = new Site("numbered days, w1 to w4", "2026-09-01T00:00:00Z");
        Map<String, LocalDate> files = new HashMap<>();
        int weeks = 0;
        for (LocalDate day = LocalDate.parse("2026-09-01"); day.isBefore(LocalDate.parse("2026-12-20")); ) {
            boolean sunday = day.getDayOfWeek() == DayOfWeek.SUNDAY;
            files.put(
                    sunday ? "w" + (weeks++ % 4 + 1) : "" + (day.getDayOfWeek().getValue() + 1), day);
            site.until(day.toString());
            assertThat(site.kept()).containsExactlyElementsOf(new TreeSet<>(files.values()));
            day = day.plusDays(1);
        }
        assertThat(files.keySet()).containsExactlyInAnyOrder("2", "3", "4", "5", "6", "7", "w1", "w2", "w3", "w4");
    }

    /** One that was there for a single night, in the middle of a week. */
    @Test
    void aDeletedFileStaysForFourWeeks() {
        Site site = new Site("deleted files for four weeks", "2026-09-01T00:00:00Z");
        // It came after the snapshot of Tuesday and was deleted after that of Wednesday: until 4 November it stays.
        LocalDate night = LocalDate.parse("2026-10-07");
        for (LocalDate day = night; day.isBefore(night.plusDays(29)); day = day.plusDays(1)) {
            site.until(day.toString());
            assertThat(site.kept()).as("on " + day).contains(night);
        }
        site.until(night.plusDays(29).toString());
        assertThat(site.kept()).doesNotContain(night);

        Site usual = new Site("numbered days, w1 to w4", "2026-09-01T00:00:00Z");
        usual.until(night.plusDays(7).toString());
        assertThat(usual.kept()).doesNotContain(night);
    }

    /** The newest of each, and a shutdown stays until the next one. */
    @Test
    void oneOfEachPeriodicity() {
        Site site = new Site("one of each periodicity", "2026-09-30T00:00:00Z");
        site.until("2026-10-15");
        site.take("shutdown");
        site.take("manual");
        site.until("2026-12-20");

        assertThat(site.snapshots)
                .extracting(one -> one.moment().toString().substring(0, 16) + " " + String.join(",", one.periods()))
                .contains(
                        "2026-12-20T23:02 hourly",
                        "2026-12-20T02:30 daily",
                        "2026-12-20T03:30 weekly",
                        "2026-12-01T04:30 monthly",
                        "2026-11-01T05:30 bimonthly",
                        "2026-10-15T23:59 shutdown",
                        "2026-10-15T23:59 manual")
                .hasSizeLessThan(10);
    }

    @Test
    void backupsThatAreNeverDeleted() {
        Site site = new Site("backups that are never deleted", "2026-01-01T00:00:00Z");
        site.until("2027-12-31");
        assertThat(site.kept()).hasSize(2 * 365).doesNotHaveDuplicates();
    }

    /** @param ranges the first and the last day of each */
    private static List<LocalDate> march(int... ranges) {
        return IntStream.range(0, ranges.length / 2)
                .flatMap(i -> IntStream.rangeClosed(ranges[2 * i], ranges[2 * i + 1]))
                .mapToObj(day -> LocalDate.of(2026, 3, day))
                .toList();
    }

    /** A site with a configuration of the page, whose days pass. */
    private final class Site {
        private final Settings settings;
        private final ZoneId zone;
        private final Schedule schedule;
        private final List<Known> snapshots = new ArrayList<>();
        private List<Decision> last = List.of();
        private Instant now;
        private int sequence;

        Site(String example, String start) {
            this.settings = settings(example);
            this.zone = settings.primary().timing().zone().orElse(ZoneOffset.UTC);
            this.schedule = new Schedule(settings.primary().schedule(), zone);
            this.now = Instant.from(OffsetDateTime.parse(start)).minusSeconds(1);
        }

        /** To the end of this day; each snapshot is followed by a pruning. */
        void until(String day) {
            Instant end = LocalDate.parse(day)
                    .plusDays(1)
                    .atStartOfDay(zone)
                    .toInstant()
                    .minusSeconds(1);
            for (Instant tick = next(); !tick.isAfter(end); tick = next()) {
                List<String> labels = schedule.between(now, tick);
                now = tick;
                take(labels.toArray(String[]::new));
            }
            now = end;
        }

        private Instant next() {
            return schedule.next(now).orElseThrow();
        }

        void take(String... labels) {
            sequence++;
            snapshots.add(new Known(new SnapshotId(1, sequence), now, Period.expand(List.of(labels))));
            last = new RetentionPolicy(settings.retention(), zone).decide(snapshots, List.of(), now);
            Set<SnapshotId> gone = last.stream()
                    .filter(decision -> !decision.kept())
                    .map(Decision::snapshot)
                    .collect(Collectors.toSet());
            snapshots.removeIf(one -> gone.contains(one.snapshot()));
        }

        List<LocalDate> kept() {
            return snapshots.stream().map(one -> day(one.moment())).toList();
        }

        String why(String day) {
            return last.stream()
                    .filter(decision -> day(decision.moment().orElseThrow()).equals(LocalDate.parse(day)))
                    .map(Decision::text)
                    .collect(Collectors.joining(" | "));
        }

        private LocalDate day(Instant moment) {
            return moment.truncatedTo(ChronoUnit.SECONDS).atZone(zone).toLocalDate();
        }
    }

    /** The block of the page that begins with this comment, in a configuration that has the rest. */
    private Settings settings(String example) {
        try {
            String page = Files.readString(PAGE);
            int begin = page.indexOf("# " + example + "\n");
            assertThat(begin).as("the page has the example " + example).isPositive();
            Path file = folder.resolve("understudy.yaml");
            Files.writeString(file, """
                    site: example
                    marker: /srv/site/priv/BACKUP
                    database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
                    filestore: {url: "file:///srv/understudy"}
                    """ + page.substring(begin, page.indexOf("```", begin)));
            return SettingsFile.load(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
