package io.understudy.history;

import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.Map;

/**
 * A row that went between two snapshots.
 *
 * @param table that it was in
 * @param deleted moment of the first snapshot without it
 * @param snapshot the first without it
 * @param last the last that has it
 * @param key its key, by column; all of it where the table has none
 * @param row as the last one has it, by column
 */
record DeletedRow(
        TableRef table,
        Instant deleted,
        SnapshotId snapshot,
        SnapshotId last,
        Map<String, String> key,
        Map<String, String> row) {
    /** With the name of its table. */
    String textOfTable() {
        return Moments.text(deleted) + "  " + last + "  " + table + "  " + RowVersion.text(row);
    }

    String text() {
        return Moments.text(deleted) + "  " + last + "  " + RowVersion.text(row);
    }
}
