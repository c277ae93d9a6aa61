package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.CopyText;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A key as a line of COPY's text format has it, without a newline; one char a byte. */
final class KeyLine {
    private KeyLine() {}

    /**
     * @param columns of the key
     * @param row values by column
     * @param instead for values that the row does not have because they did not change
     * @return empty when a value is not known
     */
    static Optional<String> of(List<String> columns, Map<String, String> row, Map<String, String> instead) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            String column = columns.get(i);
            String value = row.get(column);
            if (value == ChangeText.UNCHANGED) {
                value = instead.get(column);
            }
            if (value == null || value == ChangeText.NULL || value == ChangeText.UNCHANGED) {
                return Optional.empty();
            }
            line.append(i == 0 ? "" : "\t");
            CopyText.escape(value, line);
        }
        return Optional.of(line.toString());
    }

    /** The values of a line, in the order of its columns. */
    static String[] values(String line) {
        String[] fields = line.split("\t", -1);
        for (int i = 0; i < fields.length; i++) {
            fields[i] = CopyText.unescape(fields[i]);
        }
        return fields;
    }
}
