package io.understudy.primary.capture.database.tracking;

import io.understudy.repository.DatabaseData.TableData;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which tables are read in full because that was not done for a day. The first snapshot reads all of them, so all are
 * due in the same moment: a continuous snapshot then reads a part, those that wait longest, and leaves the rest to the
 * next ones. Otherwise a large database would have one snapshot each day that takes as long as the first.
 */
final class OverdueTables {
    /** Everything is read in full about so often. */
    static final Duration EVERY = Duration.ofDays(1);
    /**
     * Bytes of tables that a continuous snapshot reads for their age: some seconds. A larger table is read alone.
     */
    static final long SHARE = 256L << 20;

    private OverdueTables() {}

    /**
     * @param tables that are there, as the snapshot before has them, by qualified name
     * @param points what is known of them
     * @param at the moment of the snapshot
     * @param frequent whether it is a continuous one
     * @return qualified names
     */
    static Set<String> of(
            Map<String, TableData> tables, Map<String, TrackingPoint.Table> points, Instant at, boolean frequent) {
        List<String> due = tables.keySet().stream()
                .filter(name ->
                        points.containsKey(name) && isDue(points.get(name).whole(), at))
                .sorted(Comparator.comparing((String name) -> points.get(name).whole())
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        Set<String> chosen = new HashSet<>();
        long bytes = 0;
        for (String name : due) {
            long more = tables.get(name).bytes();
            if (!frequent || chosen.isEmpty() || bytes + more <= SHARE) {
                chosen.add(name);
                bytes += more;
            }
        }
        return chosen;
    }

    /** One that was read in the future was read when the clock was wrong: nothing is known of its age. */
    private static boolean isDue(Instant whole, Instant at) {
        return whole.isAfter(at) || whole.plus(EVERY).isBefore(at);
    }
}
