package io.understudy.history;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.diff.RowsOfTwo;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.Lines;
import io.understudy.repository.digest.RowDifference;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The rows of a table that went, from snapshots that come in ascending order: those whose key the older of two has and
 * the newer has not. Of two snapshots whose table is the same nothing is read. Memory: what was found, and 500,000
 * keys. Not thread-safe.
 */
final class DeletedRows {
    /** Of rows that are held. */
    static final int MOST = 100_000;
    /** Of keys that are held: of more, the rows are read several times. */
    private static final int KEYS = 500_000;

    private final TableRef table;
    private final Optional<Instant> since;
    private final int most;
    private final int keys;
    private final List<DeletedRow> rows = new ArrayList<>();
    private final ErasedKeys erased;
    private long leftOut;
    private Opened before;
    private TableData last;
    private boolean found;

    /** @param erased rows that are passed over */
    DeletedRows(TableRef table, Optional<Instant> since, ErasedKeys erased) {
        this(table, since, erased, MOST, KEYS);
    }

    /**
     * @param since what went before this is left out
     * @param most rows that are found at most
     * @param keys that are held at a time
     */
    DeletedRows(TableRef table, Optional<Instant> since, ErasedKeys erased, int most, int keys) {
        this.erased = erased;
        this.table = table;
        this.since = since;
        this.most = most;
        this.keys = keys;
    }

    /**
     * The next snapshot. One that cannot be read changes nothing.
     *
     * @param find its tables; not asked where none of them changed
     * @throws UnderstudyException {@code USAGE} where too much is found, {@code FILE_UNSUPPORTED} where a row is too
     *     long
     */
    void look(Opened opened, Function<TableRef, Optional<TableData>> find) {
        boolean same = before != null && tables(before).equals(tables(opened));
        Optional<TableData> here = same ? Optional.ofNullable(last) : find.apply(table);
        boolean asked = since.isEmpty() || !opened.manifest().moment().isBefore(since.get());
        if (!same && last != null && here.isPresent() && asked) {
            compare(opened, here.get());
        }
        // A table that was dropped is no list of rows that were deleted: they are in the last snapshot that has it.
        found |= here.isPresent();
        last = here.orElse(null);
        before = opened;
    }

    private static Optional<StreamRef> tables(Opened snapshot) {
        return snapshot.manifest().postgresql().map(DatabaseData::tables);
    }

    /**
     * @param elsewhere whether something else knows the table
     * @throws UnderstudyException {@code USAGE} where nothing has the table
     */
    List<DeletedRow> rows(boolean elsewhere) {
        if (!found && !elsewhere && before != null) {
            throw table.unknown("no snapshot", SnapshotTables.names(before));
        }
        return List.copyOf(rows);
    }

    private void compare(Opened opened, TableData here) {
        if (last.content().equals(here.content())) {
            return;
        }
        try (RowsOfTwo both = new RowsOfTwo(before.blobs(), opened.blobs())) {
            RowDifference.Result result = both.between(last, here).orElseThrow(this::tooLong);
            // Rows that changed came too, under the same key. Each pass takes the keys whose hash leaves one rest.
            int passes = Math.toIntExact(result.came().rows() / keys + 1);
            for (int pass = 0; pass < passes; pass++) {
                int rest = pass;
                Set<RowId> came = new HashSet<>();
                read(result.came(), here, SnapshotTables.charset(opened), row -> {
                    if (Math.floorMod(row.id().hashCode(), passes) == rest) {
                        came.add(row.id());
                    }
                });
                read(result.gone(), last, SnapshotTables.charset(before), row -> {
                    if (Math.floorMod(row.id().hashCode(), passes) == rest && !came.contains(row.id())) {
                        add(row, opened);
                    }
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private UnderstudyException tooLong() {
        return new UnderstudyException(
                ErrorCode.FILE_UNSUPPORTED,
                "cannot search the rows of " + table + ": one of them is longer than 32 MiB",
                "dump it: dump ID --table " + table + " --data-only");
    }

    private static void read(Lines lines, TableData table, Charset charset, Consumer<StoredRow> each)
            throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(lines.open(), charset))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                each.accept(StoredRow.of(table, line));
            }
        }
    }

    TableRef table() {
        return table;
    }

    /** Whether a snapshot has the table. */
    boolean isFound() {
        return found;
    }

    /** How many were found so far. */
    int count() {
        return rows.size();
    }

    /** How many rows were passed over. */
    long leftOut() {
        return leftOut;
    }

    private void add(StoredRow row, Opened opened) {
        if (ErasedRows.has(erased, row, before.manifest().moment())) {
            leftOut++;
            return;
        }
        if (rows.size() == most) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot show the rows of " + table + " that were deleted: they are more than " + most,
                    "ask for fewer: --since \"2 days ago\"");
        }
        rows.add(new DeletedRow(
                table,
                opened.manifest().moment(),
                opened.manifest().snapshot(),
                before.manifest().snapshot(),
                row.id().values(),
                row.values()));
    }
}
