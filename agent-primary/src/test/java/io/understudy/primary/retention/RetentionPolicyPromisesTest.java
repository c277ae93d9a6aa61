package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.retention.Candidate.Unreadable;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Promise 7 for repositories of all kinds, drawn by a seed that is the test's name. */
class RetentionPolicyPromisesTest {
    private static final int SEEDS = 100;
    private static final List<String> LABELS =
            List.of("hourly", "daily", "weekly", "monthly", "bimonthly", "shutdown", "manual", "release");
    private static final List<String> ZONES =
            List.of("UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia");

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingThatIsNeededIsDeleted(long seed) {
        World world = new World(new Random(seed));
        Map<SnapshotId, Decision> decisions = world.decide();

        assertThat(decisions.keySet()).containsExactlyElementsOf(world.snapshots.keySet());
        assertThat(kept(decisions)).containsAll(world.needed());
        for (Decision decision : decisions.values()) {
            assertThat(decision.kept() || world.isSuperfluous(decision.snapshot()))
                    .as("%s", decision)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyPeriodKeepsItsCountAsFarAsThereAreSnapshots(long seed) {
        World world = new World(new Random(seed));
        Set<SnapshotId> kept = kept(world.decide());

        world.keep.forEach((label, count) -> {
            List<Known> labelled = world.counting(label);
            Set<Object> stretches = distinct(labelled, world.stretch(label));
            Set<Object> covered = distinct(
                    labelled.stream()
                            .filter(one -> kept.contains(one.snapshot()))
                            .toList(),
                    world.stretch(label));
            assertThat(covered.size()).as(label).isGreaterThanOrEqualTo(Math.min(count, stretches.size()));
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theNewestFourSundaysThatHaveADailyStay(long seed) {
        World world = new World(new Random(seed));
        world.snapshots
                .values()
                .removeIf(one -> one instanceof Known known && known.periods().contains("weekly"));
        Set<SnapshotId> kept = kept(world.decide());

        TreeMap<LocalDate, Known> sundays = new TreeMap<>();
        for (Known daily : world.past("daily")) {
            LocalDate day = daily.moment().atZone(world.zone).toLocalDate();
            if (day.getDayOfWeek() == DayOfWeek.SUNDAY) {
                sundays.merge(day, daily, World::later);
            }
        }
        sundays.descendingMap().values().stream()
                .limit(world.keep.get("weekly"))
                .forEach(sunday -> assertThat(kept).contains(sunday.snapshot()));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsKeptNowWasNotSuperfluousBefore(long seed) {
        World world = new World(new Random(seed));
        Map<SnapshotId, Decision> first = world.decide();
        world.snapshots.keySet().retainAll(kept(first));

        // Pruning twice at the same moment deletes nothing the second time.
        assertThat(world.decide().values()).allMatch(Decision::kept);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aClockThatIsAheadKeepsTheNewestOfEveryPeriod(long seed) {
        World world = new World(new Random(seed));
        int before = kept(world.decide()).size();
        world.now = world.now.plus(Duration.ofDays(4000));

        Set<SnapshotId> kept = kept(world.decide());
        assertThat(kept).containsAll(world.needed());
        assertThat(kept.size())
                .isGreaterThanOrEqualTo(Math.min(before, world.settings().minimum()));
    }

    static java.util.stream.LongStream seeds() {
        return java.util.stream.LongStream.range(0, SEEDS);
    }

    private static Set<SnapshotId> kept(Map<SnapshotId, Decision> decisions) {
        return decisions.values().stream()
                .filter(Decision::kept)
                .map(Decision::snapshot)
                .collect(Collectors.toSet());
    }

    private static Set<Object> distinct(List<Known> snapshots, Function<Known, Object> stretch) {
        return snapshots.stream().map(stretch).collect(Collectors.toSet());
    }

    /** A repository, its readers and its settings. */
    private static final class World {
        private final Random random;
        private final TreeMap<SnapshotId, Candidate> snapshots = new TreeMap<>();
        private final List<ReplicaReport> reports = new ArrayList<>();
        private final Map<String, Integer> keep = new HashMap<>();
        private final int minimum;
        private final ZoneId zone;
        private Instant now = Instant.parse("2026-11-20T12:00:00Z");

        World(Random random) {
            this.random = random;
            this.zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
            this.minimum = 1 + random.nextInt(5);
            Map.of("hourly", 30, "daily", 9, "weekly", 6, "monthly", 13, "bimonthly", 7, "shutdown", 4)
                    .forEach((label, most) -> keep.put(label, random.nextInt(most)));
            if (random.nextBoolean()) {
                keep.put("release", random.nextInt(3));
            }
            snapshots();
            for (int i = random.nextInt(4); i > 0; i--) {
                reports.add(report("standby-" + i));
            }
        }

        private void snapshots() {
            int epoch = 1;
            Duration step = Duration.ofMinutes(20 + random.nextInt(2000));
            int count = random.nextInt(200);
            Instant moment = now.minus(step.multipliedBy(count));
            for (int sequence = 1; sequence <= count; sequence++) {
                epoch += random.nextInt(40) == 0 ? 1 : 0;
                SnapshotId id = new SnapshotId(epoch, sequence);
                snapshots.put(id, random.nextInt(100) == 0 ? new Unreadable(id, "bad") : known(id, moment));
                moment = moment.plus(step).minusSeconds(random.nextInt(600));
            }
        }

        private Known known(SnapshotId id, Instant moment) {
            boolean odd = random.nextInt(60) == 0;
            Instant when = odd ? now.plus(Duration.ofDays(random.nextInt(900))) : moment;
            List<String> labels = LABELS.stream()
                    .filter(label -> random.nextInt(label.equals("manual") ? 50 : 3) == 0)
                    .toList();
            return new Known(id, when, labels.isEmpty() && !odd ? List.of("hourly") : labels);
        }

        private ReplicaReport report(String name) {
            return new ReplicaReport(
                    name,
                    any(),
                    any(),
                    any().stream().toList(),
                    Optional.empty(),
                    now,
                    "0.1.0",
                    Optional.empty(),
                    Optional.empty());
        }

        private Optional<SnapshotId> any() {
            List<SnapshotId> all = List.copyOf(snapshots.keySet());
            return all.isEmpty() || random.nextInt(5) == 0
                    ? Optional.empty()
                    : Optional.of(all.get(random.nextInt(all.size())));
        }

        RetentionSettings settings() {
            return new RetentionSettings(keep, minimum, Duration.ofHours(24), true);
        }

        Map<SnapshotId, Decision> decide() {
            List<Candidate> shuffled = new ArrayList<>(snapshots.values());
            java.util.Collections.shuffle(shuffled, random);
            Map<SnapshotId, Decision> decisions = new TreeMap<>();
            new RetentionPolicy(settings(), zone)
                    .decide(shuffled, reports, now)
                    .forEach(decision -> decisions.put(decision.snapshot(), decision));
            return decisions;
        }

        /** What must not go, whatever the counts are. */
        Set<SnapshotId> needed() {
            Set<SnapshotId> needed = new HashSet<>();
            if (!snapshots.isEmpty()) {
                needed.add(snapshots.lastKey());
            }
            snapshots.descendingMap().values().stream()
                    .filter(Known.class::isInstance)
                    .limit(minimum)
                    .forEach(one -> needed.add(one.snapshot()));
            for (ReplicaReport report : reports) {
                report.proven().ifPresent(needed::add);
                report.applied().ifPresent(needed::add);
                needed.addAll(report.holds());
            }
            needed.retainAll(snapshots.keySet());
            return needed;
        }

        /**
         * Whether there are as many newer stretches with each of its labels as are to be kept, or a later one in its
         * own.
         */
        boolean isSuperfluous(SnapshotId id) {
            if (!(snapshots.get(id) instanceof Known known) || known.periods().isEmpty()) {
                return false;
            }
            return keep.keySet().containsAll(known.periods())
                    && known.periods().stream().allMatch(label -> {
                        List<Known> later = counting(label).stream()
                                .filter(one -> later(one, known) == one && one != known)
                                .toList();
                        Object own = stretch(label).apply(known);
                        return later.stream()
                                        .anyMatch(
                                                one -> stretch(label).apply(one).equals(own))
                                || distinct(later, stretch(label)).size() >= keep.get(label);
                    });
        }

        private boolean isOf(String label, Known one, Object stretch) {
            return one.periods().contains(label) && stretch(label).apply(one).equals(stretch);
        }

        /** Those with the label; for weeks also Sunday's dailies. */
        List<Known> counting(String label) {
            if (!label.equals("weekly")) {
                return past(label);
            }
            List<Known> all = new ArrayList<>(past(label));
            past("daily").stream()
                    .filter(one -> one.moment().atZone(zone).getDayOfWeek() == DayOfWeek.SUNDAY)
                    .filter(one -> !all.contains(one))
                    .forEach(all::add);
            return all;
        }

        List<Known> past(String label) {
            return snapshots.values().stream()
                    .filter(Known.class::isInstance)
                    .map(Known.class::cast)
                    .filter(one -> one.periods().contains(label))
                    .filter(one -> !one.moment().isAfter(now.plus(Duration.ofHours(1))))
                    .toList();
        }

        Function<Known, Object> stretch(String label) {
            return one -> switch (label) {
                case "hourly" ->
                    one.moment()
                                    .atZone(zone)
                                    .toLocalDateTime()
                                    .withMinute(0)
                                    .withSecond(0)
                                    .withNano(0)
                            + one.moment().atZone(zone).getOffset().toString();
                case "daily" -> one.moment().atZone(zone).toLocalDate();
                case "weekly" -> sundayOf(one.moment().atZone(zone).toLocalDate());
                case "monthly" -> one.moment().atZone(zone).toLocalDate().withDayOfMonth(1);
                case "bimonthly" -> {
                    LocalDate day = one.moment().atZone(zone).toLocalDate();
                    yield day.getYear() + "-" + (day.getMonthValue() + 1) / 2;
                }
                default -> one.snapshot();
            };
        }

        static LocalDate sundayOf(LocalDate day) {
            return day.plusDays(7L - day.getDayOfWeek().getValue());
        }

        static Known later(Known one, Known other) {
            int moments = one.moment().compareTo(other.moment());
            return moments > 0 || moments == 0 && one.snapshot().compareTo(other.snapshot()) > 0 ? one : other;
        }
    }
}
