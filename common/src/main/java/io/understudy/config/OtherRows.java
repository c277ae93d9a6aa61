package io.understudy.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a standby has otherwise in a database that is no PostgreSQL server's.
 *
 * @param afterLoad file of SQL that runs in each copy that was restored, before it can become live
 * @param protect rows that it keeps
 */
public record OtherRows(Optional<Path> afterLoad, List<Rule> protect) {
    public static final OtherRows NONE = new OtherRows(Optional.empty());

    public OtherRows {
        protect = List.copyOf(protect);
    }

    /** One that keeps no rows. */
    public OtherRows(Optional<Path> afterLoad) {
        this(afterLoad, List.of());
    }

    /**
     * Rows of the live database that an import does not replace.
     *
     * @param table its name alone
     * @param where which rows, as SQL
     */
    public record Rule(String table, String where) {}
}
