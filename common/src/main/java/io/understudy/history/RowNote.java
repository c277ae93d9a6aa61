package io.understudy.history;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What one {@code restore-row --apply} stored, from before its commit on; a file of the state folder:
 *
 * <pre>{@code
 * {"format":1,"number":3,"at":"2026-11-20T10:00:00Z","snapshot":"00000001-00000042","table":"public.rsc",
 *  "database":"site","identity":{"cluster":7301,"oid":16384},"phase":"STORED","transaction":4711,
 *  "rows":[…],"files":[…],"check":"…"}
 * }</pre>
 *
 * @param number by which a person names it; goes up by one with each
 * @param snapshot of the row that was asked for
 * @param table of that row
 * @param database its name
 * @param identity of that database: another one may have its name by now
 * @param transaction that stores it or takes it back, as {@code txid_current} numbers it
 * @param rows in the order in which they were stored; none once it is taken back or too old, or where they were too
 *     many to be kept ({@link RowNoting#fits})
 * @param files that came with them
 */
record RowNote(
        int number,
        Instant at,
        SnapshotId snapshot,
        String table,
        String database,
        DatabaseIdentity identity,
        Phase phase,
        long transaction,
        List<NotedRow> rows,
        List<NotedFile> files) {
    enum Phase {
        /** About to be committed: the server knows whether it was. */
        STORING,
        STORED,
        /** About to be taken back: the server knows whether that was committed. */
        UNDOING,
        UNDONE,
        /** Too old: what was before is not kept any more. */
        EXPIRED
    }

    /**
     * A file that came with the rows; there was none before.
     *
     * @param sha256 of its content, in hex
     */
    record NotedFile(String tree, String path, String sha256) {
        @Override
        public String toString() {
            return tree + "/" + path;
        }
    }

    RowNote {
        Objects.requireNonNull(identity);
        rows = List.copyOf(rows);
        files = List.copyOf(files);
    }

    RowNote in(Phase next) {
        return in(next, transaction);
    }

    RowNote in(Phase next, long by) {
        return new RowNote(number, at, snapshot, table, database, identity, next, by, rows, files);
    }

    /** Without what it takes to take it back. */
    RowNote emptied(Phase last) {
        return new RowNote(number, at, snapshot, table, database, identity, last, transaction, List.of(), List.of());
    }

    @JsonIgnore
    boolean isOver() {
        return phase == Phase.UNDONE || phase == Phase.EXPIRED;
    }

    /** Whether it stored more than a note keeps. */
    @JsonIgnore
    boolean isTooLarge() {
        return rows.isEmpty() && !isOver();
    }

    /** {@code 3 (2026-11-20T10:00:00Z, public.rsc, 4 rows)}. */
    String text() {
        return number + " (" + Moments.text(at) + ", " + table + ", " + rows.size() + " rows)";
    }
}
