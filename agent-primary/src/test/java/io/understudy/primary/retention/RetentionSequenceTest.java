package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 7 over the life of a repository: snapshots, standbys that hold and release, clocks that jump by years, and
 * prunings, in any order. What went stays gone, so a mistake of one step shows in a later one.
 */
class RetentionSequenceTest {
    private static final int STEPS = 160;
    private static final List<String> LABELS =
            List.of("hourly", "daily", "weekly", "monthly", "bimonthly", "shutdown", "manual", "release");
    private static final ZoneId ZONE = ZoneId.of("Europe/Amsterdam");

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
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> snapshot();
                case 4 -> standbys.put("standby-" + random.nextInt(3), report());
                case 5 -> jump();
                default -> prune();
            }
        }

        private void snapshot() {
            now = now.plus(Duration.ofMinutes(1 + random.nextInt(3000)));
            epoch += random.nextInt(30) == 0 ? 1 : 0;
            SnapshotId id = new SnapshotId(epoch, ++sequence);
            List<String> labels = LABELS.stream()
                    .filter(label -> random.nextInt(label.equals("manual") ? 20 : 4) == 0)
                    .toList();
            snapshots.put(id, new Known(id, now, labels.isEmpty() ? List.of("hourly") : labels));
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
                    .decide(List.copyOf(snapshots.values()), List.copyOf(standbys.values()), now);
            Set<SnapshotId> gone = decisions.stream()
                    .filter(Predicate.not(Decision::kept))
                    .map(Decision::snapshot)
                    .collect(Collectors.toSet());
            assertThat(needed).as("needed, and deleted").noneMatch(gone::contains);
            snapshots.keySet().removeAll(gone);
            pruned += gone.size();
        }

        /** The newest ones, what standbys need, what has no count, and what is of the future. */
        private Set<SnapshotId> needed() {
            Set<SnapshotId> needed = new HashSet<>();
            snapshots.descendingKeySet().stream().limit(minimum).forEach(needed::add);
            standbys.values().forEach(report -> {
                report.proven().ifPresent(needed::add);
                report.applied().ifPresent(needed::add);
                needed.addAll(report.holds());
            });
            snapshots.values().stream()
                    .filter(one ->
                            one.periods().contains("manual") || one.moment().isAfter(now.plus(Duration.ofHours(1))))
                    .forEach(one -> needed.add(one.snapshot()));
            for (String label : List.of("shutdown", "release")) {
                snapshots.values().stream()
                        .filter(one ->
                                one.periods().contains(label) && !one.moment().isAfter(now.plus(Duration.ofHours(1))))
                        .sorted((one, other) -> other.moment().compareTo(one.moment()))
                        .limit(keep.get(label))
                        .forEach(one -> needed.add(one.snapshot()));
            }
            return needed;
        }
    }
}
