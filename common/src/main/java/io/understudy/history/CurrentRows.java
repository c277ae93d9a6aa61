package io.understudy.history;

import io.understudy.history.LiveRows.Typed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows of the database by their keys, each with all columns that can be written and its place. A row is found also
 * where its key is written otherwise by now and the database says that it is the same one.
 */
final class CurrentRows {
    /** The column of PostgreSQL that says where a row lies, until it is written again. */
    static final String PLACE = "ctid";

    private CurrentRows() {}

    /** Several where the key is none any more, or never was one. */
    static Map<RowId, List<StoredRow>> find(Collection<RowId> ids, LiveTables tables, LiveRows rows) {
        Map<List<Object>, Set<RowId>> alike = ids.stream()
                .collect(Collectors.groupingBy(
                        each -> List.of(each.table(), each.columns()), LinkedHashMap::new, Collectors.toSet()));
        Map<RowId, List<StoredRow>> found = new HashMap<>();
        alike.values().forEach(each -> {
            RowId first = each.iterator().next();
            tables.find(first.table())
                    .filter(table -> table.columns().containsAll(first.columns()))
                    .ifPresent(table -> find(table, first.columns(), each, tables.keys(), rows, found));
        });
        return found;
    }

    private static void find(
            LiveTable table,
            List<String> key,
            Set<RowId> ids,
            KeyOperators keys,
            LiveRows rows,
            Map<RowId, List<StoredRow>> found) {
        List<String> columns = new ArrayList<>(table.columns());
        columns.add(PLACE);
        List<List<String>> wanted = ids.stream().map(RowId::fields).toList();
        rows.find(table, columns, key, wanted)
                .forEach(row -> found.computeIfAbsent(
                                new RowId(table.ref(), key, row.fields(key)), none -> new ArrayList<>())
                        .add(row));
        List<RowId> missing =
                ids.stream().filter(each -> !found.containsKey(each)).toList();
        if (!missing.isEmpty()) {
            keys.same(table.ref(), key).ifPresent(same -> {
                Typed values = new Typed(
                        table.ref(), key, missing.stream().map(RowId::fields).toList());
                rows.alike(table.ref(), columns, values, same)
                        .forEach((number, alike) -> found.put(missing.get(number), alike));
            });
        }
    }

    static String place(StoredRow row) {
        return StoredRow.value(row.fields(List.of(PLACE)).get(0));
    }
}
