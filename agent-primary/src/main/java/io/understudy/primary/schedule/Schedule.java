package io.understudy.primary.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The periods of {@code primary.schedule}. Ticks of several periods at one minute are one snapshot with several labels.
 * Immutable.
 */
public final class Schedule {
    private static final int TICKS = 1000;
    private static final Duration HORIZON = Duration.ofDays(800);

    private final Map<String, Cron> periods = new TreeMap<>();

    /**
     * @param expressions cron expressions by period
     * @throws IllegalArgumentException when one is none
     */
    public Schedule(Map<String, String> expressions, ZoneId zone) {
        expressions.forEach((period, expression) -> periods.put(period, new Cron(expression, zone)));
    }

    /** The first tick of any period after this moment; empty without periods. */
    public Optional<Instant> next(Instant after) {
        return periods.values().stream()
                .map(cron -> cron.next(after))
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    /** The periods that have a tick after {@code after} and not after {@code until}, sorted. */
    public List<String> between(Instant after, Instant until) {
        return periods.entrySet().stream()
                .filter(period -> period.getValue()
                        .next(after)
                        .filter(tick -> !tick.isAfter(until))
                        .isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The longest pause between two snapshots of this schedule, as seen from here; empty without periods. */
    public Optional<Duration> longestPause(Instant from) {
        Optional<Instant> last = next(from);
        Duration longest = Duration.ZERO;
        for (int i = 0; i < TICKS && last.isPresent() && last.get().isBefore(from.plus(HORIZON)); i++) {
            Optional<Instant> following = next(last.get());
            Duration pause = Duration.between(last.get(), following.orElse(last.get()));
            longest = pause.compareTo(longest) > 0 ? pause : longest;
            last = following;
        }
        return longest.isZero() ? Optional.empty() : Optional.of(longest);
    }
}
