package io.understudy.history;

import io.understudy.postgres.CopyText;
import io.understudy.repository.DatabaseData.TableData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row as a snapshot has it.
 *
 * @param columns of the table, without generated ones
 * @param key columns of the primary key; empty where there is none
 * @param fields in COPY's text format, in the order of the columns
 */
record StoredRow(TableRef table, List<String> columns, List<String> key, List<String> fields) {
    /** How COPY writes that there is no value. */
    static final String NULL = "\\N";

    static StoredRow of(TableData table, String line) {
        return new StoredRow(TableRef.of(table), table.columns(), table.key(), Arrays.asList(line.split("\t", -1)));
    }

    /** How COPY writes this value. */
    static String field(String value) {
        StringBuilder field = new StringBuilder();
        CopyText.escape(value, field);
        return field.toString();
    }

    /** Null where there is no value. */
    static String value(String field) {
        return field.equals(NULL) ? null : CopyText.unescape(field);
    }

    /** The fields of these columns; {@link #NULL} for one that it has not. */
    List<String> fields(List<String> wanted) {
        List<String> found = new ArrayList<>();
        for (String column : wanted) {
            int at = columns.indexOf(column);
            found.add(at < 0 ? NULL : fields.get(at));
        }
        return found;
    }

    /** What distinguishes it from all other rows of the table: its key, or all of it where there is none. */
    RowId id() {
        return key.isEmpty() ? new RowId(table, columns, fields) : new RowId(table, key, fields(key));
    }

    /** Its values as text, by column; null as null. */
    Map<String, String> values() {
        return values(columns, fields);
    }

    static Map<String, String> values(List<String> columns, List<String> fields) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            values.put(columns.get(i), value(fields.get(i)));
        }
        return values;
    }
}
