package io.understudy.diff;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * How a table differs between two snapshots.
 *
 * @param table schema and name
 * @param change what became of the table itself
 * @param gone rows that only the first snapshot has, empty where they cannot be counted
 * @param came rows that only the second has; a row that was changed is one of each
 */
record TableDifference(String table, Change change, Optional<Long> gone, Optional<Long> came) {
    /** What became of a table. */
    enum Change {
        NEW,
        DROPPED,
        /** Its rows. */
        ROWS,
        /** Its columns or its key, so all of its rows are others. */
        COLUMNS;

        @JsonValue
        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    String text() {
        String rows = gone.isPresent() && came.isPresent()
                ? "-" + gone.get() + " +" + came.get()
                : "rows that are too long to be compared";
        return table + "  " + rows + (change == Change.ROWS ? "" : "  (" + change.label() + ")");
    }
}
