package io.understudy.replica.load;

import io.understudy.postgres.Session;
import io.understudy.postgres.SiteCode;
import io.understudy.repository.DatabaseData.TableData;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What has to be there before what. Functions of extensions read the extension's own tables, and any function may read
 * large objects: these come first. Then come, in parallel, the tables into which rows go without a call of the site's
 * own functions; then those that call them, one after the other.
 */
final class LoadOrder {
    private static final String OF_EXTENSIONS = """
            SELECT n.nspname || ' ' || c.relname AS name
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_depend e ON e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
            WHERE c.relkind IN ('r', 'p')
            """;

    private final Set<String> late;
    private final Set<String> ofExtensions;

    private LoadOrder(Set<String> late, Set<String> ofExtensions) {
        this.late = late;
        this.ofExtensions = ofExtensions;
    }

    /** @param session of the spare database, its schema restored */
    static LoadOrder of(Session session) {
        return new LoadOrder(
                new SiteCode(session)
                        .tables().stream()
                                .map(table -> name(table.schema(), table.name()))
                                .collect(Collectors.toSet()),
                Set.copyOf(session.query(OF_EXTENSIONS, row -> row.text("name"))));
    }

    private static String name(String schema, String table) {
        return schema + " " + table;
    }

    /** Whether rows go into this table only by way of the site's own functions. */
    boolean isLate(TableData table) {
        return late.contains(name(table.schema(), table.name()));
    }

    /** The archive's entries that come before all rows: large objects, the rows of extensions. */
    List<ArchiveEntry> first(List<ArchiveEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.isRows() ? entry.isRowsOf(ofExtensions) : !entry.isSequence())
                .toList();
    }

    /** Rows that the archive holds, of tables like those that are loaded in parallel. */
    List<ArchiveEntry> early(List<ArchiveEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.isRows() && !entry.isRowsOf(ofExtensions) && !isLate(entry))
                .toList();
    }

    /** Rows that the archive holds, each entry to be restored by itself. */
    List<ArchiveEntry> late(List<ArchiveEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.isRows() && !entry.isRowsOf(ofExtensions) && isLate(entry))
                .toList();
    }

    /** A name that cannot be compared may be any table's. */
    private boolean isLate(ArchiveEntry entry) {
        return !entry.isPlain() || entry.isRowsOf(late);
    }

    /** Sequences come last: a function of the site may have taken numbers. */
    static List<ArchiveEntry> sequences(List<ArchiveEntry> entries) {
        return entries.stream().filter(ArchiveEntry::isSequence).toList();
    }
}
