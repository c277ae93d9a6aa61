package io.understudy.primary.retention;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.retention.Candidate.Unreadable;
import io.understudy.primary.schedule.Period;
import io.understudy.repository.Manifest;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides which snapshots stay. Counts, never ages: an agent with a wrong clock, or one that slept for a year, deletes
 * nothing more. A snapshot is kept as long as there is a reason to keep it, and deleted when there is none. Snapshots
 * of all epochs count alike, by their moments.
 *
 * <p>Never deleted: the newest; the newest that can be read; the newest {@code minimum}; what a replica proved last,
 * serves or holds; one with a label that has no count; one without a label; one that cannot be read; one whose moment
 * lies in the future, which also takes no other's place.
 *
 * <p>Immutable; does nothing but think.
 */
public final class RetentionPolicy {
    /** How far clocks may differ before a moment counts as one of the future. */
    private static final Duration SKEW = Duration.ofHours(1);

    /** A replica holds what it serves, what it may go back to, and what it fetches. */
    private static final int MOST_HELD = 8;

    private final RetentionSettings settings;
    private final ZoneId zone;

    /** @param zone whose hours, days, weeks and months count: that of the schedule */
    public RetentionPolicy(RetentionSettings settings, ZoneId zone) {
        this.settings = Objects.requireNonNull(settings);
        this.zone = Objects.requireNonNull(zone);
    }

    /**
     * @param snapshots all of the repository
     * @param reports of the replicas that may hold snapshots
     * @return a decision for each snapshot, ascending
     */
    public List<Decision> decide(List<? extends Candidate> snapshots, List<ReplicaReport> reports, Instant now) {
        TreeMap<SnapshotId, Candidate> all = new TreeMap<>();
        snapshots.forEach(candidate -> all.put(candidate.snapshot(), candidate));
        List<Known> known = all.descendingMap().values().stream()
                .filter(Known.class::isInstance)
                .map(Known.class::cast)
                .toList();
        Reasons reasons = new Reasons();
        newest(all, known, reasons);
        periods(known, now, reasons);
        continuous(known, now, reasons);
        oddities(all, now, reasons);
        readers(reports, reasons);
        known.stream()
                .filter(one -> !one.isContinuous())
                .limit(settings.minimum())
                .forEach(one -> reasons.keepIfNothingElse(one, "one of the newest " + settings.minimum()));
        return all.values().stream().map(reasons::decision).toList();
    }

    private static void newest(TreeMap<SnapshotId, Candidate> all, List<Known> known, Reasons reasons) {
        if (!all.isEmpty()) {
            reasons.keep(all.lastKey(), "newest");
        }
        Optional<Known> readable = known.stream().findFirst();
        readable.filter(one -> !one.snapshot().equals(all.lastKey()))
                .ifPresent(one -> reasons.keep(one.snapshot(), "newest that can be read"));
    }

    private void periods(List<Known> known, Instant now, Reasons reasons) {
        List<Known> past = known.stream().filter(one -> !isFuture(one, now)).toList();
        Ranking ranking = new Ranking(past, zone, now);
        settings.keep().entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Integer> entry) -> order(entry.getKey()))
                        .thenComparing(Map.Entry::getKey))
                .forEach(entry -> period(entry.getKey(), entry.getValue(), past, ranking, reasons));
    }

    /** By the moment of the newest snapshot, as a clock may be wrong; so none is old because a clock was set back. */
    private void continuous(List<Known> known, Instant now, Reasons reasons) {
        List<Known> past = known.stream().filter(one -> !isFuture(one, now)).toList();
        Optional<Instant> newest = past.stream().findFirst().map(Known::moment);
        String within =
                Manifest.CONTINUOUS + " of the last " + settings.continuous().toMinutes() + " min";
        past.stream().filter(Known::isContinuous).forEach(one -> {
            if (isKeptContinuous(one.moment(), newest.orElseThrow())) {
                reasons.keep(one.snapshot(), within);
            } else {
                reasons.drop(one.snapshot(), "not " + within);
            }
        });
    }

    /** @param newest moment of the newest snapshot */
    boolean isKeptContinuous(Instant moment, Instant newest) {
        return !moment.isBefore(newest.minus(settings.continuous()));
    }

    private static int order(String label) {
        return Period.of(label).map(Period::ordinal).orElse(Period.values().length);
    }

    private static void period(String label, int count, List<Known> past, Ranking ranking, Reasons reasons) {
        List<Known> ranked = ranking.of(label);
        for (int i = 0; i < Math.min(count, ranked.size()); i++) {
            reasons.keep(ranked.get(i).snapshot(), label + " " + (i + 1) + " of " + count);
        }
        Set<Known> counted = Set.copyOf(ranked);
        Period.of(label).ifPresent(period -> standIns(period, count, counted, ranking, reasons));
        past.stream().filter(one -> one.periods().contains(label)).forEach(one -> {
            String beyond = count == 0 ? "no " + label + " is kept" : label + " beyond the newest " + count;
            String why = counted.contains(one)
                    ? beyond
                    : label + ", not the last of its "
                            + Period.of(label).orElseThrow().stretch();
            reasons.drop(one.snapshot(), why);
        });
    }

    private static void standIns(Period period, int count, Set<Known> counted, Ranking ranking, Reasons reasons) {
        List<Known> all = ranking.withStandIns(period);
        for (int i = 0; i < Math.min(count, all.size()); i++) {
            if (!counted.contains(all.get(i))) {
                String rank = period.label() + " " + (i + 1) + " of " + count;
                reasons.keep(all.get(i).snapshot(), rank + " as the last of its " + period.stretch());
            }
        }
    }

    private void oddities(Map<SnapshotId, Candidate> all, Instant now, Reasons reasons) {
        all.values().forEach(candidate -> {
            if (candidate instanceof Unreadable unreadable) {
                reasons.keep(unreadable.snapshot(), "cannot be read: " + unreadable.why());
            } else if (candidate instanceof Known known) {
                oddities(known, now, reasons);
            }
        });
    }

    private void oddities(Known known, Instant now, Reasons reasons) {
        if (isFuture(known, now)) {
            reasons.keep(known.snapshot(), "its moment lies in the future");
        }
        if (known.periods().isEmpty()) {
            reasons.keep(known.snapshot(), "it has no period");
        }
        known.periods().stream()
                .filter(label -> !known.isContinuous() && !settings.keep().containsKey(label))
                .forEach(label -> reasons.keep(known.snapshot(), label + " has no count"));
    }

    private static void readers(List<ReplicaReport> reports, Reasons reasons) {
        for (ReplicaReport report : reports) {
            needs(report).forEach((id, why) -> reasons.keep(id, why + report.name()));
        }
    }

    /** What a replica may come back to, and why. */
    static Map<SnapshotId, String> needs(ReplicaReport report) {
        Map<SnapshotId, String> needs = new TreeMap<>();
        report.proven().ifPresent(id -> needs.put(id, "newest proven by "));
        report.applied().ifPresent(id -> needs.putIfAbsent(id, "live on "));
        report.holds().stream().limit(MOST_HELD).forEach(id -> needs.putIfAbsent(id, "held by "));
        return needs;
    }

    private static boolean isFuture(Known known, Instant now) {
        return known.moment().isAfter(now.plus(SKEW));
    }

    /** What speaks for and against each snapshot. */
    private static final class Reasons {
        private final Map<SnapshotId, List<String>> keep = new TreeMap<>();
        private final Map<SnapshotId, List<String>> drop = new TreeMap<>();

        void keep(SnapshotId snapshot, String why) {
            keep.computeIfAbsent(snapshot, id -> new ArrayList<>()).add(why);
        }

        void keepIfNothingElse(Known known, String why) {
            if (!keep.containsKey(known.snapshot())) {
                keep(known.snapshot(), why);
            }
        }

        void drop(SnapshotId snapshot, String why) {
            drop.computeIfAbsent(snapshot, id -> new ArrayList<>()).add(why);
        }

        Decision decision(Candidate candidate) {
            List<String> kept = keep.get(candidate.snapshot());
            return kept != null
                    ? Decision.of(candidate, true, kept)
                    : Decision.of(candidate, false, drop.get(candidate.snapshot()));
        }
    }
}
