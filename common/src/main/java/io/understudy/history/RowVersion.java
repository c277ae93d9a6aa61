package io.understudy.history;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.understudy.postgres.Sql;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a row was in snapshots that follow each other.
 *
 * @param from moment of the first of them
 * @param to moment of the first snapshot after them; empty for what the newest has
 * @param snapshot the first of them
 * @param last the last of them
 * @param snapshots how many they are
 * @param deleted whether the row is missing in them
 * @param row its values as text, by column; null where it is missing
 */
record RowVersion(
        Instant from,
        Optional<Instant> to,
        SnapshotId snapshot,
        SnapshotId last,
        int snapshots,
        boolean deleted,
        Map<String, String> row) {
    RowVersion alsoIn(SnapshotId next) {
        return new RowVersion(from, to, snapshot, next, snapshots + 1, deleted, row);
    }

    RowVersion until(Instant end) {
        return new RowVersion(from, Optional.of(end), snapshot, last, snapshots, deleted, row);
    }

    @JsonIgnore
    boolean isOpen() {
        return to.isEmpty();
    }

    String text() {
        String what = deleted ? "deleted" : text(row);
        return Moments.text(from) + " to " + to.map(Moments::text).orElse("now") + "  " + snapshot + "  " + what;
    }

    /** {@code id=1 name='a b' note=null}. */
    static String text(Map<String, String> row) {
        return row.entrySet().stream()
                .map(each -> each.getKey() + "=" + (each.getValue() == null ? "null" : Sql.literal(each.getValue())))
                .collect(Collectors.joining(" "));
    }
}
