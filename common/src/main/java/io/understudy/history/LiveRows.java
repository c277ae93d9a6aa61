package io.understudy.history;

import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The rows of the database that others go back into, as COPY writes them: so they are compared with a snapshot's. */
final class LiveRows {
    private static final int AT_ONCE = 1000;

    private final Session session;
    private final boolean locks;

    /** @param locks whether what was found stays until the end of the transaction */
    LiveRows(Session session, boolean locks) {
        this.session = session;
        this.locks = locks;
    }

    /**
     * Rows with one of these values.
     *
     * @param columns what is read of them
     * @param where columns that have the values
     * @param wanted the values, in COPY's text format, without nulls
     */
    List<StoredRow> find(LiveTable table, List<String> columns, List<String> where, Collection<List<String>> wanted) {
        return find(table, columns, where, wanted, "FOR UPDATE");
    }

    /** As {@link #find}, of rows that others are to refer to. */
    List<StoredRow> parents(LiveTable table, List<String> columns, Collection<List<String>> wanted) {
        return find(table, columns, columns, wanted, "FOR KEY SHARE");
    }

    private List<StoredRow> find(
            LiveTable table, List<String> columns, List<String> where, Collection<List<String>> wanted, String lock) {
        List<List<String>> all = List.copyOf(wanted);
        List<StoredRow> found = new ArrayList<>();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            String query = "SELECT " + names(columns) + " FROM ONLY "
                    + table.ref().qualified() + " WHERE "
                    + condition(where, all.subList(from, Math.min(all.size(), from + AT_ONCE)))
                    + (locks ? " " + lock : "");
            ByteArrayOutputStream rows = new ByteArrayOutputStream();
            session.copyOut("COPY (" + query + ") TO STDOUT (ENCODING 'UTF8')", rows);
            rows.toString(StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> new StoredRow(table.ref(), columns, List.of(), List.of(line.split("\t", -1))))
                    .forEach(found::add);
        }
        return found;
    }

    private static String names(List<String> columns) {
        return columns.stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }

    /** {@code "id" IN ('1', '2')}. */
    static String condition(List<String> columns, Collection<List<String>> wanted) {
        String rows = wanted.stream()
                .map(each -> {
                    String values = each.stream().map(RestoreScript::literal).collect(Collectors.joining(", "));
                    return each.size() == 1 ? values : "(" + values + ")";
                })
                .collect(Collectors.joining(", "));
        String left = columns.size() == 1 ? names(columns) : "(" + names(columns) + ")";
        return left + " IN (" + rows + ")";
    }
}
