package io.understudy.primary.capture.database;

import io.understudy.postgres.SourceTable;
import java.util.Optional;

/** A frozen moment that can no longer be read to its end, so that the capture starts over with a new one. */
final class MomentLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient SourceTable table;

    /** @param why as the end of a sentence: {@code table "public"."t" was rewritten or truncated} */
    MomentLost(String why) {
        this(why, null);
    }

    /** @param table whose rows the next attempt reads first */
    MomentLost(String why, SourceTable table) {
        super(why);
        this.table = table;
    }

    Optional<SourceTable> table() {
        return Optional.ofNullable(table);
    }
}
