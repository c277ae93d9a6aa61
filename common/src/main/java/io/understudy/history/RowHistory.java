package io.understudy.history;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.StreamRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * The versions of one row, from snapshots that come in ascending order. A snapshot whose table is the same as in the
 * one before is not searched, and of others only blobs that are new are read. Not thread-safe.
 */
final class RowHistory {
    private final TableRef table;
    private final KeyText key;
    private final LongConsumer progress;
    private final ErasedKeys erased;
    private final List<RowVersion> versions = new ArrayList<>();
    private final List<SnapshotId> otherKey = new ArrayList<>();
    private Optional<RowSearch> search = Optional.empty();
    private List<String> columns = List.of();
    private StreamRef list;
    private TableData last;
    private Map<String, String> row;
    private Opened newest;
    private boolean found;
    private Optional<UnderstudyException> unfit = Optional.empty();
    private boolean isErased;

    /** @param erased rows that are passed over. @param progress receives the bytes that are read */
    RowHistory(TableRef table, KeyText key, ErasedKeys erased, LongConsumer progress) {
        this.erased = erased;
        this.table = table;
        this.key = key;
        this.progress = progress;
    }

    /** The next snapshot. One that cannot be read changes nothing. */
    void look(Opened opened) {
        StreamRef tables =
                opened.manifest().postgresql().map(DatabaseData::tables).orElse(StreamRef.NONE);
        if (!tables.equals(list)) {
            Optional<TableData> here = SnapshotTables.find(opened, table);
            row = here.map(each -> row(each, opened)).orElse(null);
            last = here.orElse(null);
            found |= here.isPresent();
            list = tables;
        }
        newest = opened;
        add(opened.manifest().snapshot(), opened.manifest().moment());
    }

    /**
     * @param elsewhere whether something else knows the table
     * @throws io.understudy.failure.UnderstudyException {@code USAGE} where nothing has the table
     */
    List<RowVersion> versions(boolean elsewhere) {
        if (!found && !elsewhere && newest != null) {
            throw table.unknown("no snapshot", SnapshotTables.names(newest));
        }
        if (found && search.isEmpty() && unfit.isPresent()) {
            throw unfit.get();
        }
        return List.copyOf(versions);
    }

    /** Columns of the key that was looked for. */
    List<String> key() {
        return columns;
    }

    /** Snapshots in which the table has another key than in those before. */
    List<SnapshotId> otherKey() {
        return List.copyOf(otherKey);
    }

    private Map<String, String> row(TableData here, Opened opened) {
        if (last != null
                && last.content().equals(here.content())
                && last.columns().equals(here.columns())
                && last.key().equals(here.key())) {
            return row;
        }
        if (search.isEmpty() || !here.key().equals(columns)) {
            lookBy(here, opened);
        }
        if (search.isEmpty()) {
            return null;
        }
        return search.get().look(here, SnapshotTables.charset(opened), opened.blobs()).stream()
                .findFirst()
                .filter(each -> !isErased(each, opened.manifest().moment()))
                .map(StoredRow::values)
                .orElse(null);
    }

    private boolean isErased(StoredRow here, Instant moment) {
        boolean is = ErasedRows.has(erased, here, moment);
        isErased |= is;
        return is;
    }

    /** Whether a snapshot has it, and it was passed over because it was erased. */
    boolean isErased() {
        return isErased;
    }

    /** Each snapshot has its own key; where the text does not fit that one, the one before is looked for. */
    private void lookBy(TableData here, Opened opened) {
        boolean first = search.isEmpty();
        try {
            List<String> fields = key.fields(table, here.key());
            columns = here.key();
            search = Optional.of(new RowSearch(columns, Set.of(fields), progress));
        } catch (UnderstudyException e) {
            unfit = Optional.of(e);
        }
        if (!first) {
            otherKey.add(opened.manifest().snapshot());
        }
    }

    private void add(SnapshotId snapshot, Instant moment) {
        int end = versions.size() - 1;
        if (end < 0) {
            if (row != null) {
                versions.add(version(snapshot, moment));
            }
        } else if (same(versions.get(end))) {
            versions.set(end, versions.get(end).alsoIn(snapshot));
        } else {
            versions.set(end, versions.get(end).until(moment));
            versions.add(version(snapshot, moment));
        }
    }

    private boolean same(RowVersion version) {
        return version.deleted() ? row == null : version.row().equals(row);
    }

    private RowVersion version(SnapshotId snapshot, Instant moment) {
        return new RowVersion(moment, Optional.empty(), snapshot, snapshot, 1, row == null, row);
    }
}
