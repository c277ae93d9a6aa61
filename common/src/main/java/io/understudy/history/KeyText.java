package io.understudy.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.List;

/**
 * The key of a row as a person writes it: its value; {@code a,b} for a key of several columns; or JSON, as
 * {@code ["a","b"]} or {@code {"subject_id":1,"object_id":2}}.
 */
final class KeyText {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final String text;

    KeyText(String text) {
        this.text = text;
    }

    /**
     * The fields of the key in COPY's text format.
     *
     * @param key columns of the table's key
     * @throws UnderstudyException {@code USAGE}
     */
    List<String> fields(TableRef table, List<String> key) {
        if (key.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find a row of " + table + " by its key: the table has no primary key",
                    "compare snapshots: diff A B --rows " + table);
        }
        JsonNode json = json();
        if (json != null && json.isObject()) {
            return named(table, key, json);
        }
        List<String> values = json != null && json.isArray() ? values(json) : plain(key.size());
        if (values.size() != key.size()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find row " + text + " of " + table + ": its key has " + key.size() + " columns, not "
                            + values.size(),
                    "write a value for each of " + String.join(",", key) + ", or JSON where a value holds a comma: "
                            + "[\"a,b\",\"c\"]");
        }
        return values.stream().map(StoredRow::field).toList();
    }

    /** Null where it is none. */
    private JsonNode json() {
        if (!text.startsWith("{") && !text.startsWith("[")) {
            return null;
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            // A key may begin like JSON: a range, an array.
            return null;
        }
    }

    private List<String> plain(int count) {
        return count == 1 ? List.of(text) : List.of(text.split(",", -1));
    }

    private static List<String> values(JsonNode json) {
        List<String> values = new ArrayList<>();
        json.forEach(each -> values.add(value(each)));
        return values;
    }

    private static String value(JsonNode json) {
        return json.isContainerNode() ? json.toString() : json.asText();
    }

    private List<String> named(TableRef table, List<String> key, JsonNode json) {
        json.fieldNames().forEachRemaining(name -> {
            if (!key.contains(name)) {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot find row " + text + " of " + table + ": " + name + " is no column of its key",
                        NearestName.of(name, key)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("its key is " + String.join(",", key)));
            }
        });
        List<String> fields = new ArrayList<>();
        for (String column : key) {
            if (!json.has(column)) {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot find row " + text + " of " + table + ": " + column + " of its key is missing",
                        "its key is " + String.join(",", key));
            }
            fields.add(StoredRow.field(value(json.get(column))));
        }
        return fields;
    }
}
