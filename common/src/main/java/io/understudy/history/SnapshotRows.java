package io.understudy.history;

import io.understudy.browse.EverySnapshot;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.ServerEncoding;
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
import java.util.function.Function;
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

    /** @param compared by which link; empty: as text */
    private record Asked(List<TableRef> tables, List<String> columns, Optional<Link> compared) {}

    private record AskedIn(SnapshotId snapshot, TableRef table, List<String> columns, Optional<Link> compared) {}

    /** Compares values with those that are wanted, as the database does. */
    interface Comparing {
        AlikeValues with(Set<List<String>> wanted);
    }

    private static final Comparing BY_TEXT = wanted -> {
        throw new IllegalStateException("text is compared here");
    };

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
        return newest(new Asked(tables, columns, Optional.empty()), wanted, BY_TEXT);
    }

    /**
     * The newest version of each row that others refer to. In each snapshot it is looked for as they write it, and only
     * where that is not there, and the types say that it may be written otherwise, as the database compares.
     *
     * @param wanted values of the columns that refer
     */
    Map<List<String>, Found> parents(Link link, Set<List<String>> wanted, Comparing comparing) {
        return newest(new Asked(link.to(), link.toColumns(), compared(link)), wanted, comparing);
    }

    private static Optional<Link> compared(Link link) {
        return link.byText() ? Optional.empty() : Optional.of(link);
    }

    private Map<List<String>, Found> newest(Asked asked, Set<List<String>> wanted, Comparing comparing) {
        Map<List<String>, Optional<Found>> known = newest.computeIfAbsent(asked, none -> new HashMap<>());
        Set<List<String>> open = unknown(wanted, known.keySet());
        if (!open.isEmpty()) {
            Map<List<String>, Found> found = search(asked, open, comparing);
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

    private Map<List<String>, Found> search(Asked asked, Set<List<String>> wanted, Comparing comparing) {
        Map<List<String>, Found> found = new LinkedHashMap<>();
        Map<TableRef, RowSearch> searches = new HashMap<>();
        Map<TableRef, RowSearch> compared = new HashMap<>();
        Optional<AlikeValues> alike = asked.compared().map(none -> comparing.with(wanted));
        asked.tables().forEach(table -> {
            searches.put(table, new RowSearch(asked.columns(), wanted, progress));
            alike.ifPresent(each -> compared.put(table, new RowSearch(asked.columns(), each, progress)));
        });
        each(opened -> {
            look(opened, asked.columns(), searches, Set::of, found);
            if (alike.isPresent() && found.size() < wanted.size()) {
                look(opened, asked.columns(), compared, alike.get()::of, found);
            }
            return found.size() < wanted.size();
        });
        List<TableRef> tables = asked.tables();
        List<String> columns = asked.columns();
        for (TableRef table : tables) {
            for (List<String> values : wanted) {
                kept.newest(table, columns, values, at)
                        .filter(each -> isBetter(each, found.get(values)))
                        .ifPresent(each -> found.put(values, remembered(each)));
            }
        }
        return found;
    }

    /** @param of which of the wanted values these of a row are */
    private void look(
            Opened opened,
            List<String> columns,
            Map<TableRef, RowSearch> searches,
            Function<List<String>, Set<List<String>>> of,
            Map<List<String>, Found> found) {
        searches.forEach((table, search) -> {
            for (StoredRow row : look(opened, table, search)) {
                Found here = new Found(
                        row, opened.manifest().snapshot(), opened.manifest().moment());
                of.apply(row.fields(columns)).forEach(values -> found.putIfAbsent(values, here));
            }
        });
    }

    /** With a moment, the one that is nearer to it: more snapshots were there to see it. */
    private boolean isBetter(Found revision, Found snapshot) {
        return snapshot == null || at.isPresent() && revision.moment().isAfter(snapshot.moment());
    }

    private Found remembered(Found found) {
        moments.put(found.snapshot(), found.moment());
        return found;
    }

    /**
     * All rows of one snapshot that refer to others. Without a key one may be there several times.
     *
     * @param wanted values of the columns that are referred to
     */
    List<StoredRow> dependents(SnapshotId snapshot, Link link, Set<List<String>> wanted, Comparing comparing) {
        List<String> columns = link.fromColumns();
        Map<List<String>, List<StoredRow>> known = rowsIn.computeIfAbsent(
                new AskedIn(snapshot, link.from(), columns, compared(link)), none -> new HashMap<>());
        Set<List<String>> open = unknown(wanted, known.keySet());
        if (!open.isEmpty()) {
            open.forEach(values -> known.put(values, new ArrayList<>()));
            if (link.byText()) {
                searchIn(snapshot, link.from(), columns, open, new RowSearch(columns, open, progress))
                        .forEach(row -> known.get(row.fields(columns)).add(row));
            } else {
                AlikeValues alike = comparing.with(open);
                searchIn(snapshot, link.from(), columns, open, new RowSearch(columns, alike, progress))
                        .forEach(row -> alike.of(row.fields(columns))
                                .forEach(values -> known.get(values).add(row)));
            }
        }
        return wanted.stream().flatMap(values -> known.get(values).stream()).toList();
    }

    private List<StoredRow> searchIn(
            SnapshotId snapshot, TableRef table, List<String> columns, Set<List<String>> wanted, RowSearch search) {
        try {
            return look(reader.open(snapshot), table, search);
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
        List<StoredRow> rows = SnapshotTables.find(opened, table)
                .map(each -> search.look(each, SnapshotTables.charset(opened), opened.blobs()))
                .orElse(List.of())
                .stream()
                .filter(row -> !isErased(row, opened.manifest().moment()))
                .toList();
        rows.forEach(row -> requireExact(opened, row));
        return rows;
    }

    /** What stands for bytes that are not known here would come back in their place. */
    private static void requireExact(Opened opened, StoredRow row) {
        String encoding = opened.manifest().database().properties().encoding();
        if (!row.fields().stream().allMatch(field -> ServerEncoding.isExact(encoding, field))) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore a row of " + row.table() + ": snapshot "
                            + opened.manifest().snapshot() + " has text of encoding " + encoding
                            + " in it that is not known here",
                    "restore the table next to the site's, byte by byte: restore ID --to database:NAME --table "
                            + row.table());
        }
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
