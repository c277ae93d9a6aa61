package io.understudy.history;

import io.understudy.browse.EverySnapshot;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Rows in all snapshots up to a moment, and in the revisions that are kept beyond these. What was read is remembered,
 * so that the same questions can be asked while rows of the site are locked. Not thread-safe.
 */
final class SnapshotRows {
    private final SnapshotReader reader;
    private final Optional<Instant> at;
    private final KeptRevisions kept;
    private final ErasedKeys erased;
    private final Map<TableRef, Set<RowId>> leftOut = new TreeMap<>();
    private final List<SnapshotId> newestFirst;
    private final Map<SnapshotId, Instant> moments = new HashMap<>();
    private final EverySnapshot every = new EverySnapshot();
    private final Map<Asked, Map<List<String>, Optional<Found>>> newest = new HashMap<>();
    private final Map<AskedIn, Map<List<String>, List<StoredRow>>> rowsIn = new HashMap<>();
    private LongConsumer progress = read -> {};
    private boolean remembersOnly;

    private record Asked(List<TableRef> tables, List<String> columns) {}

    private record AskedIn(SnapshotId snapshot, TableRef table, List<String> columns) {}

    /** Something else is asked than before: it has to be read, and not now. */
    static final class NotRead extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private NotRead() {
            super("rows of snapshots were not read before", null, false, false);
        }
    }

    /** @param erased rows that are passed over. @param at the last moment; empty: now */
    SnapshotRows(SnapshotReader reader, KeptRevisions kept, ErasedKeys erased, Optional<Instant> at) {
        this.erased = erased;
        this.reader = reader;
        this.kept = kept;
        this.at = at;
        this.newestFirst = new ArrayList<>(reader.list());
        Collections.reverse(newestFirst);
    }

    /** @param to receives how many bytes were read, while something reads */
    void report(LongConsumer to) {
        progress = to;
    }

    /** Whether nothing is read: what was not asked before is {@link NotRead}. */
    void rememberOnly(boolean only) {
        remembersOnly = only;
    }

    /** A row, and the snapshot that it was found in. */
    record Found(StoredRow row, SnapshotId snapshot, Instant moment) {}

    /** What could not be read so far. */
    EverySnapshot every() {
        return every;
    }

    /** Goes over the snapshots, newest first, until this returns false. */
    void each(java.util.function.Predicate<Opened> more) {
        every.each(
                reader,
                newestFirst,
                opened -> at.isPresent() && opened.manifest().moment().isAfter(at.get()) || more.test(opened));
    }

    /**
     * The newest version of each row.
     *
     * @param tables that it may be in
     * @param wanted values of these columns
     * @return by those values; without those that no snapshot has
     */
    Map<List<String>, Found> newest(List<TableRef> tables, List<String> columns, Set<List<String>> wanted) {
        Map<List<String>, Optional<Found>> known =
                newest.computeIfAbsent(new Asked(tables, columns), none -> new HashMap<>());
        Set<List<String>> open = unknown(wanted, known.keySet());
        if (!open.isEmpty()) {
            Map<List<String>, Found> found = search(tables, columns, open);
            open.forEach(values -> known.put(values, Optional.ofNullable(found.get(values))));
        }
        Map<List<String>, Found> all = new LinkedHashMap<>();
        wanted.forEach(values -> known.get(values).ifPresent(each -> all.put(values, each)));
        return all;
    }

    private Set<List<String>> unknown(Set<List<String>> wanted, Set<List<String>> known) {
        Set<List<String>> open = new LinkedHashSet<>(wanted);
        open.removeAll(known);
        if (remembersOnly && !open.isEmpty()) {
            throw new NotRead();
        }
        return open;
    }

    private Map<List<String>, Found> search(List<TableRef> tables, List<String> columns, Set<List<String>> wanted) {
        Map<List<String>, Found> found = new LinkedHashMap<>();
        Map<TableRef, RowSearch> searches = new HashMap<>();
        tables.forEach(table -> searches.put(table, new RowSearch(columns, wanted, progress)));
        each(opened -> {
            for (TableRef table : tables) {
                Set<List<String>> seen = new HashSet<>();
                for (StoredRow row : look(opened, table, searches.get(table))) {
                    List<String> values = row.fields(columns);
                    if (seen.add(values)) {
                        found.putIfAbsent(
                                values,
                                new Found(
                                        row,
                                        opened.manifest().snapshot(),
                                        opened.manifest().moment()));
                    }
                }
            }
            return found.size() < wanted.size();
        });
        for (TableRef table : tables) {
            for (List<String> values : wanted) {
                kept.newest(table, columns, values, at)
                        .filter(each -> isBetter(each, found.get(values)))
                        .ifPresent(each -> found.put(values, remembered(each)));
            }
        }
        return found;
    }

    /** With a moment, the one that is nearer to it: more snapshots were there to see it. */
    private boolean isBetter(Found revision, Found snapshot) {
        return snapshot == null || at.isPresent() && revision.moment().isAfter(snapshot.moment());
    }

    private Found remembered(Found found) {
        moments.put(found.snapshot(), found.moment());
        return found;
    }

    /** All rows of one snapshot with one of these values. */
    List<StoredRow> in(SnapshotId snapshot, TableRef table, List<String> columns, Set<List<String>> wanted) {
        Map<List<String>, List<StoredRow>> known =
                rowsIn.computeIfAbsent(new AskedIn(snapshot, table, columns), none -> new HashMap<>());
        Set<List<String>> open = unknown(wanted, known.keySet());
        if (!open.isEmpty()) {
            open.forEach(values -> known.put(values, new ArrayList<>()));
            searchIn(snapshot, table, columns, open)
                    .forEach(row -> known.computeIfAbsent(row.fields(columns), none -> new ArrayList<>())
                            .add(row));
        }
        return wanted.stream().flatMap(values -> known.get(values).stream()).toList();
    }

    private List<StoredRow> searchIn(
            SnapshotId snapshot, TableRef table, List<String> columns, Set<List<String>> wanted) {
        try {
            return look(reader.open(snapshot), table, new RowSearch(columns, wanted, progress));
        } catch (UnderstudyException e) {
            // It is not kept: of what changed since, the revisions know.
            if (e.code() != ErrorCode.SNAPSHOT_UNKNOWN || !moments.containsKey(snapshot)) {
                throw e;
            }
            return wanted.stream()
                    .flatMap(values -> kept.at(table, columns, values, moments.get(snapshot)).stream())
                    .toList();
        }
    }

    private List<StoredRow> look(Opened opened, TableRef table, RowSearch search) {
        return SnapshotTables.find(opened, table)
                .map(each -> search.look(each, SnapshotTables.charset(opened), opened.blobs()))
                .orElse(List.of())
                .stream()
                .filter(row -> !isErased(row, opened.manifest().moment()))
                .toList();
    }

    private boolean isErased(StoredRow row, Instant moment) {
        boolean is = ErasedRows.has(erased, row, moment);
        if (is) {
            leftOut.computeIfAbsent(row.table(), none -> new HashSet<>()).add(row.id());
        }
        return is;
    }

    /** How many rows that were erased were passed over, by table. */
    List<ErasedRows.TableCount> leftOut() {
        return leftOut.entrySet().stream()
                .map(each -> new ErasedRows.TableCount(
                        each.getKey().toString(), each.getValue().size()))
                .toList();
    }
}
