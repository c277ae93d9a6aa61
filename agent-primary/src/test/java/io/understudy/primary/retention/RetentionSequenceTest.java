package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.retention.Candidate.Unreadable;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 7 over the life of a repository: snapshots, also continuous ones, standbys that hold and release, clocks that
 * jump by years, manifests that cannot be read for a while, and prunings, in any order. What went stays gone, so a
 * mistake of one step shows in a later one. What is needed is said here by rules of its own, unlike the policy
 * finds it.
 */
class RetentionSequenceTest {
    private static final int STEPS = 160;
    private static final List<String> LABELS =
            List.of("hourly", "daily", "weekly", "monthly", "bimonthly", "shutdown", "manual", "release");
    private static final ZoneId ZONE = ZoneId.of("Europe/Amsterdam");
    private static final Duration CONTINUOUS = RetentionSettings.DEFAULT.continuous();
    private static final Comparator<Known> NEWEST =
            Comparator.comparing(Known::moment).thenComparing(Known::snapshot);

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingThatIsNeededIsEverDeleted(long seed) {
        Life life = new Life(new Random(seed));
        for (int step = 0; step < STEPS; step++) {
            life.step();
        }
        assertThat(life.pruned).as("something was pruned at all").isPositive();
    }

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    private static final class Life {
        private final Random random;
        private final TreeMap<SnapshotId, Known> snapshots = new TreeMap<>();
        private final Set<SnapshotId> unreadable = new HashSet<>();
        private final Map<String, ReplicaReport> standbys = new TreeMap<>();
        private final Map<String, Integer> keep;
        private final int minimum;
        private Instant now = Instant.parse("2026-11-20T12:00:00Z");
        private int epoch = 1;
        private int sequence;
        private int pruned;

        Life(Random random) {
            this.random = random;
            this.minimum = 1 + random.nextInt(3);
            this.keep = new TreeMap<>(Map.of(
                    "hourly", random.nextInt(6),
                    "daily", random.nextInt(5),
                    "weekly", random.nextInt(4),
                    "monthly", random.nextInt(4),
                    "bimonthly", random.nextInt(3),
                    "shutdown", random.nextInt(3),
                    "release", random.nextInt(3)));
        }

        void step() {
            switch (random.nextInt(9)) {
                case 0, 1, 2, 3 -> snapshot();
                case 4 -> standbys.put("standby-" + random.nextInt(3), report());
                case 5 -> jump();
                case 6 -> damageOrMend();
                default -> prune();
            }
        }

        private void snapshot() {
            now = now.plus(Duration.ofMinutes(1 + random.nextInt(random.nextInt(3) == 0 ? 30 : 3000)));
            epoch += random.nextInt(30) == 0 ? 1 : 0;
            SnapshotId id = new SnapshotId(epoch, ++sequence);
            List<String> labels = LABELS.stream()
                    .filter(label -> random.nextInt(label.equals("manual") ? 20 : 4) == 0)
                    .toList();
            if (random.nextInt(5) == 0) {
                labels = List.of("continuous");
            }
            snapshots.put(id, new Known(id, now, labels.isEmpty() ? List.of("hourly") : labels));
        }

        /** A store that gives half of an object, and all of it later. */
        private void damageOrMend() {
            if (random.nextBoolean()) {
                any().ifPresent(unreadable::add);
            } else {
                unreadable.clear();
            }
        }

        private List<Known> readable() {
            return snapshots.descendingMap().values().stream()
                    .filter(one -> !unreadable.contains(one.snapshot()))
                    .toList();
        }

        /** Most are small; some are of years, to and fro. */
        private void jump() {
            long hours = random.nextInt(6) == 0 ? random.nextInt(40_000) : random.nextInt(50);
            now = random.nextBoolean() ? now.plus(Duration.ofHours(hours)) : now.minus(Duration.ofHours(hours));
        }

        private ReplicaReport report() {
            List<SnapshotId> held = new ArrayList<>();
            any().ifPresent(held::add);
            any().ifPresent(held::add);
            return new ReplicaReport(
                    "standby", any(), any(), held, Optional.empty(), now, "0.1.0", Optional.empty(), Optional.empty());
        }

        private Optional<SnapshotId> any() {
            return snapshots.isEmpty() || random.nextInt(4) == 0
                    ? Optional.empty()
                    : snapshots.keySet().stream()
                            .skip(random.nextInt(snapshots.size()))
                            .findFirst();
        }

        private void prune() {
            Set<SnapshotId> needed = needed();
            List<Decision> decisions = new RetentionPolicy(
                            new RetentionSettings(keep, minimum, Duration.ofHours(24), true), ZONE)
                    .decide(
                            snapshots.values().stream()
                                    .map(one -> unreadable.contains(one.snapshot())
                                            ? new Unreadable(one.snapshot(), "it is cut short")
                                            : one)
                                    .toList(),
                            List.copyOf(standbys.values()),
                            now);
            Set<SnapshotId> gone = decisions.stream()
                    .filter(Predicate.not(Decision::kept))
                    .map(Decision::snapshot)
                    .collect(Collectors.toSet());
            assertThat(needed).as("needed, and deleted").noneMatch(gone::contains);
            snapshots.keySet().removeAll(gone);
            unreadable.removeAll(gone);
            pruned += gone.size();
        }

        /** The newest ones, what standbys need, what has no count, what is of the future, and what cannot be read. */
        private Set<SnapshotId> needed() {
            Set<SnapshotId> needed = new HashSet<>(unreadable);
            if (!snapshots.isEmpty()) {
                needed.add(snapshots.lastKey());
            }
            readable().stream().limit(1).forEach(one -> needed.add(one.snapshot()));
            readable().stream()
                    .filter(one -> !one.periods().contains("continuous"))
                    .limit(minimum)
                    .forEach(one -> needed.add(one.snapshot()));
            standbys.values().forEach(report -> {
                report.proven().ifPresent(needed::add);
                report.applied().ifPresent(needed::add);
                needed.addAll(report.holds());
            });
            readable().stream()
                    .filter(one ->
                            one.periods().contains("manual") || one.moment().isAfter(now.plus(Duration.ofHours(1))))
                    .forEach(one -> needed.add(one.snapshot()));
            for (String label : List.of("shutdown", "release")) {
                readable().stream()
                        .filter(one ->
                                one.periods().contains(label) && !one.moment().isAfter(now.plus(Duration.ofHours(1))))
                        .sorted((one, other) -> other.moment().compareTo(one.moment()))
                        .limit(keep.get(label))
                        .forEach(one -> needed.add(one.snapshot()));
            }
            needed.addAll(calendar());
            needed.addAll(continuous());
            return needed;
        }

        private List<Known> past() {
            return readable().stream()
                    .filter(one -> !one.moment().isAfter(now.plus(Duration.ofHours(1))))
                    .toList();
        }

        /** Of as many of the newest stretches as the count says, the last one with the label. */
        private Set<SnapshotId> calendar() {
            Set<SnapshotId> needed = new HashSet<>();
            Set<Known> dailies = new HashSet<>(lastOf("daily", past()).values());
            for (String label : List.of("hourly", "daily", "weekly", "monthly", "bimonthly")) {
                TreeMap<Long, Known> last = lastOf(label, past());
                if (label.equals("weekly")) {
                    List<Known> sundays = dailies.stream()
                            .filter(one ->
                                    one.moment().atZone(ZONE).getDayOfWeek().getValue() == 7)
                            .toList();
                    lastOf(sundays, one -> stretch("weekly", one)).forEach(last::putIfAbsent);
                }
                last.descendingMap().values().stream()
                        .limit(keep.get(label))
                        .forEach(one -> needed.add(one.snapshot()));
            }
            return needed;
        }

        private static TreeMap<Long, Known> lastOf(String label, List<Known> all) {
            List<Known> labelled =
                    all.stream().filter(one -> one.periods().contains(label)).toList();
            return lastOf(labelled, one -> stretch(label, one));
        }

        private static TreeMap<Long, Known> lastOf(List<Known> all, ToLongFunction<Known> stretch) {
            TreeMap<Long, Known> last = new TreeMap<>();
            for (Known one : all) {
                last.merge(stretch.applyAsLong(one), one, (a, b) -> NEWEST.compare(a, b) > 0 ? a : b);
            }
            return last;
        }

        /** A number of its hour, day, week, month or pair of months. */
        private static long stretch(String label, Known one) {
            ZonedDateTime at = one.moment().atZone(ZONE);
            LocalDate day = at.toLocalDate();
            return switch (label) {
                case "hourly" -> Math.floorDiv(one.moment().getEpochSecond(), 3600);
                case "daily" -> day.toEpochDay();
                case "weekly" -> Math.floorDiv(day.toEpochDay() + 3, 7);
                case "monthly" -> day.getYear() * 12L + day.getMonthValue() - 1;
                default -> day.getYear() * 6L + (day.getMonthValue() - 1) / 2;
            };
        }

        /** By the moment of the newest one that can be read, so no jump of a clock makes one old. */
        private Set<SnapshotId> continuous() {
            return past().stream()
                    .limit(1)
                    .flatMap(newest -> past().stream()
                            .filter(one -> one.periods().contains("continuous")
                                    && !one.moment().isBefore(newest.moment().minus(CONTINUOUS))))
                    .map(Known::snapshot)
                    .collect(Collectors.toSet());
        }
    }
}
