package io.understudy.primary.retention;

import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.schedule.Period;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The snapshots that count for a label, newest first. Of each hour, day, week and month it is the last one with that
 * label, and Sunday's daily is the weekly of a week that has no other. For any label of one's own it is all that carry
 * it.
 *
 * <p>A day that is over without a daily has its last hourly to stand in, a week or a month without one of its own its
 * last daily. It takes the place of no other: whatever schedules were changed or missed, as many of the true ones
 * stay.
 */
final class Ranking {
    private static final Comparator<Known> NEWEST_FIRST =
            Comparator.comparing(Known::moment).thenComparing(Known::snapshot).reversed();

    private final List<Known> snapshots;
    private final ZoneId zone;
    private final Instant now;
    private final Map<String, List<Known>> ranked = new HashMap<>();
    private final Map<Period, List<Known>> withStandIns = new HashMap<>();

    Ranking(List<Known> snapshots, ZoneId zone, Instant now) {
        this.snapshots = snapshots.stream().sorted(NEWEST_FIRST).toList();
        this.zone = zone;
        this.now = now;
    }

    /** The true ones. */
    List<Known> of(String label) {
        List<Known> known = ranked.get(label);
        if (known == null) {
            known = Period.of(label).map(this::lastOfEach).orElseGet(() -> labelled(label));
            ranked.put(label, known);
        }
        return known;
    }

    /** The true ones and the stand-ins. */
    List<Known> withStandIns(Period period) {
        List<Known> known = withStandIns.get(period);
        if (known == null) {
            known = newestFirst(all(period));
            withStandIns.put(period, known);
        }
        return known;
    }

    private Stream<Known> all(Period period) {
        List<Known> own = of(period.label());
        Set<Instant> taken = new HashSet<>();
        own.forEach(one -> taken.add(period.start(one.moment(), zone)));
        List<Known> finer = period.finer().map(this::withStandIns).orElse(List.of());
        Stream<Known> standIns = finer.stream()
                .filter(one -> !period.end(one.moment(), zone).isAfter(now))
                .filter(one -> taken.add(period.start(one.moment(), zone)));
        return Stream.concat(own.stream(), standIns.toList().stream());
    }

    private List<Known> lastOfEach(Period period) {
        Map<Instant, Known> last = new HashMap<>();
        fill(last, period, labelled(period.label()));
        if (period == Period.WEEKLY) {
            fill(
                    last,
                    period,
                    of(Period.DAILY.label()).stream().filter(this::onSunday).toList());
        }
        return newestFirst(last.values().stream());
    }

    /** @param newestFirst of each stretch that has none yet the first of these is taken */
    private void fill(Map<Instant, Known> last, Period period, Collection<Known> newestFirst) {
        newestFirst.forEach(one -> last.putIfAbsent(period.start(one.moment(), zone), one));
    }

    private boolean onSunday(Known one) {
        return one.moment().atZone(zone).getDayOfWeek() == DayOfWeek.SUNDAY;
    }

    private List<Known> labelled(String label) {
        return snapshots.stream()
                .filter(snapshot -> snapshot.periods().contains(label))
                .toList();
    }

    private static List<Known> newestFirst(Stream<Known> snapshots) {
        return snapshots.sorted(NEWEST_FIRST).toList();
    }
}
