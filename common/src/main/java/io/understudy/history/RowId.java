package io.understudy.history;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which row of a table.
 *
 * @param columns of the key
 * @param fields of these, in COPY's text format
 */
record RowId(TableRef table, List<String> columns, List<String> fields) {
    Map<String, String> values() {
        return StoredRow.values(columns, fields);
    }

    /** {@code public.edge (id=7)}. */
    @Override
    public String toString() {
        return table + " (" + text(columns, fields) + ")";
    }

    /** {@code a=1, b=2}. */
    static String text(List<String> columns, List<String> fields) {
        return StoredRow.values(columns, fields).entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(", "));
    }
}
