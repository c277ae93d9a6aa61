package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.schedule.Period;
import io.understudy.primary.schedule.Schedule;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 7 where snapshots are left out while nothing changes: of each stretch of the calendar that retention counts,
 * and that a snapshot was due in, one is kept that holds what the site held at some moment of it. The sites, their
 * schedules, zones, counts and changes are drawn by the seed that is the test's name.
 */
class SkippedUnchangedPromisesTest {
    private static final int SEEDS = 24;
    private static final Duration STEP = Duration.ofHours(1);
    private static final int DAYS = 45;
    private static final List<String> ZONES =
            List.of("UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe");

    @ParameterizedTest
    @MethodSource("seeds")
    void eachStretchThatCountsIsHeldByOneThatIsKept(long seed) {
        Site site = new Site(new Random(seed));
        for (int hour = 0; hour < DAYS * 24; hour++) {
            if (site.step()) {
                site.prune();
            }
            if (hour % 24 == 23) {
                site.requireEachStretchIsHeld();
            }
        }
        assertThat(site.skipped).as("some are left out").isPositive();
    }

    static LongStream seeds() {
        return LongStream.range(0, SEEDS);
    }

    /** One that changes now and then, with its repository. */
    private static final class Site {
        private final Random random;
        private final ZoneId zone;
        private final Schedule schedule;
        private final RetentionSettings settings;
        private final int pause;
        private final TreeMap<SnapshotId, Known> kept = new TreeMap<>();
        private final Map<SnapshotId, Integer> contents = new HashMap<>();
        /** From when the site held which content. */
        private final TreeMap<Instant, Integer> changes = new TreeMap<>();
        /** The starts of the stretches that something was due in. */
        private final Map<Period, Set<Instant>> asked = new HashMap<>();

        private Instant now;
        private int skipped;

        Site(Random random) {
            this.random = random;
            this.zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
            // From here to the end clocks change in the north, and in the south.
            this.now = LocalDateTime.parse("2026-10-01T00:30:00").atZone(zone).toInstant();
            this.schedule = new Schedule(expressions(), zone);
            Map<String, Integer> keep = new HashMap<>();
            Map.of("hourly", 30, "daily", 9, "weekly", 5, "monthly", 3)
                    .forEach((label, most) -> keep.put(label, 1 + random.nextInt(most)));
            this.settings = new RetentionSettings(keep, 1, Duration.ofHours(24), true);
            this.pause = 2 + random.nextInt(60);
            changes.put(now, 0);
        }

        private Map<String, String> expressions() {
            int first = random.nextInt(24);
            Map<String, String> drawn = new HashMap<>();
            drawn.put("hourly", random.nextBoolean() ? "0 * * * *" : "0 " + first + "-23 * * *");
            drawn.put("daily", "30 " + random.nextInt(24) + " * * *");
            drawn.put("weekly", "45 " + random.nextInt(24) + " * * " + random.nextInt(7));
            drawn.put("monthly", "50 " + random.nextInt(24) + " 1 * *");
            if (random.nextInt(3) == 0) {
                drawn.remove(List.of("hourly", "daily", "weekly").get(random.nextInt(3)));
            }
            return drawn;
        }

        /** Whether a snapshot was taken. */
        boolean step() {
            Instant before = now;
            now = now.plus(STEP);
            if (random.nextInt(pause) == 0) {
                changes.put(before.plus(Duration.ofMinutes(random.nextInt(20))), changes.size());
            }
            List<String> due = schedule.between(before, now);
            due.stream()
                    .flatMap(label -> Period.of(label).stream())
                    .forEach(period -> asked.computeIfAbsent(period, each -> new TreeSet<>())
                            .add(period.start(now, zone)));
            if (due.isEmpty()) {
                return false;
            }
            int content = changes.lastEntry().getValue();
            if (!kept.isEmpty()
                    && contents.get(kept.lastKey()) == content
                    && stands(kept.lastEntry().getValue(), due)) {
                skipped++;
                return false;
            }
            SnapshotId next = new SnapshotId(1, contents.size() + 1);
            contents.put(next, content);
            kept.put(next, new Known(next, now, due));
            return true;
        }

        private boolean stands(Known newest, List<String> due) {
            return Period.standsFor(newest.periods(), due, period -> period.isOneStretch(newest.moment(), now, zone));
        }

        void prune() {
            new RetentionPolicy(settings, zone)
                    .decide(List.copyOf(kept.values()), List.of(), now).stream()
                            .filter(decision -> !decision.kept())
                            .forEach(decision -> kept.remove(decision.snapshot()));
        }

        void requireEachStretchIsHeld() {
            asked.forEach((period, starts) -> starts.stream()
                    .filter(start -> isAmongTheNewest(period, start))
                    .forEach(start -> assertThat(kept.keySet())
                            .as("%s of %s at %s in %s, %s", period, start, now, zone, kept)
                            .anyMatch(id -> isOf(period, start, contents.get(id)))));
        }

        /** Stretches of the calendar, whether anything was due in them or not. */
        private boolean isAmongTheNewest(Period period, Instant start) {
            Instant oldest = period.start(now, zone);
            for (int i = 1; i < settings.keep().get(period.label()); i++) {
                oldest = period.start(oldest.minusSeconds(1), zone);
            }
            return !start.isBefore(oldest);
        }

        /** Whether the site held this content at some moment of the stretch so far. */
        private boolean isOf(Period period, Instant start, int content) {
            Instant first = changes.floorKey(start) == null ? changes.firstKey() : changes.floorKey(start);
            Instant end = period.end(start, zone);
            return changes.tailMap(first).headMap(end).containsValue(content);
        }
    }
}
