package io.understudy.diff;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.understudy.postgres.CopyText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row that went or came.
 *
 * @param change {@code -} or {@code +}
 * @param line in COPY's text format
 * @param columns of the table
 */
record ChangedRow(
        String change, @JsonIgnore String line, @JsonIgnore List<String> columns) {
    private static final String NULL = "\\N";

    /** Its values as text, by column; null as null. */
    @JsonProperty("row")
    Map<String, String> row() {
        String[] fields = line.split("\t", -1);
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(fields.length, columns.size()); i++) {
            row.put(columns.get(i), fields[i].equals(NULL) ? null : CopyText.unescape(fields[i]));
        }
        return row;
    }

    String text() {
        return change + line;
    }

    /** What rows with few changes are sorted by: the first column. */
    @JsonIgnore
    String first() {
        return line.substring(0, Math.max(0, line.indexOf('\t')));
    }
}
