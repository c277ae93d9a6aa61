package io.understudy.config;

import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * How long the revisions of one table's rows are kept.
 *
 * @param schema,table whose rows
 * @param keep a revision, after it was replaced or its row was deleted; at least a day
 * @param deleted all revisions of a row, after the row was deleted; at least a day. Empty: as {@code keep} says
 */
public record HistoryRule(String schema, String table, Period keep, Optional<Period> deleted) {
    /** {@code public.users}. */
    public String name() {
        return schema + "." + table;
    }

    /** The moment that is so long ago, by the calendar of UTC. */
    public static Instant before(Instant now, Period age) {
        return now.atZone(ZoneOffset.UTC).minus(age).toInstant();
    }
}
