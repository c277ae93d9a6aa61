package io.understudy.replica.load;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Remembers when each table was last compared with its digest, and chooses those whose turn it is: the changed ones
 * first, then those that were not compared for longest, within a budget of bytes, so that each is compared once a day.
 */
final class ComparedTables {
    private static final Duration ALL = Duration.ofDays(1);
    /** Bytes of rows that every import compares, whatever the time since the last one. */
    private static final long LEAST = 64L << 20;
    /** Imports do not come at equal distances. */
    private static final double MARGIN = 1.25;

    private final StateFile<Times> file;
    private final Clock clock;
    private final Set<String> changed = new HashSet<>();
    private boolean owed;

    ComparedTables(Path state, Clock clock) {
        this.file = StateFile.in(state, StateEntry.COMPARED_TABLES, Times.class);
        this.clock = clock;
    }

    /**
     * @param last the last choice
     * @param tables by qualified name: when each was compared
     */
    record Times(Instant last, Map<String, Instant> tables) {
        Times {
            tables = Map.copyOf(tables);
        }
    }

    private Times times() {
        return file.read().orElseGet(() -> new Times(clock.instant().minus(ALL), Map.of()));
    }

    /**
     * @param tables all of the snapshot
     * @param now the qualified names of those that were just changed
     */
    List<TableData> due(Collection<TableData> tables, Set<String> now) {
        Set<String> recent = new HashSet<>(changed);
        recent.addAll(now);
        Times times = times();
        Instant time = clock.instant();
        long total = tables.stream().mapToLong(TableData::bytes).sum();
        double share = Math.min(1, (double) Duration.between(times.last(), time).toMillis() / ALL.toMillis() * MARGIN);
        long budget = Math.max(LEAST, (long) (total * Math.max(0, share)));
        List<TableData> open = new ArrayList<>(tables);
        open.removeIf(table -> table.digest() == null);
        open.sort(Comparator.comparing((TableData table) -> !recent.contains(TableCopy.name(table)))
                .thenComparing(table -> times.tables().getOrDefault(TableCopy.name(table), Instant.MIN)));
        List<TableData> due = new ArrayList<>();
        for (TableData table : open) {
            Instant compared = times.tables().getOrDefault(TableCopy.name(table), Instant.MIN);
            boolean late = compared.isBefore(time.minus(ALL)) || compared.isAfter(time);
            if (table.bytes() <= budget || late && due.isEmpty()) {
                due.add(table);
                budget -= table.bytes();
            }
        }
        return due;
    }

    /** Tables that were changed and not compared: they come first the next time. Known to this process alone. */
    void changed(Collection<String> names) {
        changed.addAll(names);
        owed |= !names.isEmpty();
    }

    /** Whether tables were changed, and none compared since. */
    boolean isOwed() {
        return owed;
    }

    /** Those were compared now; tables that no snapshot has any more are forgotten. */
    void compared(Collection<TableData> done, Collection<TableData> all) {
        Set<String> names = new HashSet<>();
        all.forEach(table -> names.add(TableCopy.name(table)));
        Map<String, Instant> next = new TreeMap<>(times().tables());
        next.keySet().retainAll(names);
        changed.retainAll(names);
        owed = false;
        done.forEach(table -> changed.remove(TableCopy.name(table)));
        done.forEach(table -> next.put(TableCopy.name(table), clock.instant()));
        file.write(new Times(clock.instant(), next));
    }
}
