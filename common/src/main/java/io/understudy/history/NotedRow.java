package io.understudy.history;

import io.understudy.files.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A row that {@code restore-row --apply} stored. All fields are in COPY's text format.
 *
 * @param keyed whether {@code key} distinguishes it from all other rows; else all of its columns do
 * @param key columns that it is found by
 * @param values of these
 * @param columns of the table that can be written, as they were then
 * @param before fields of these before; empty: there was no such row
 * @param after {@link #digests} of these afterwards; empty: there was no such row, for a trigger took it away
 * @param later columns that it was first stored without, as rows refer to each other in a circle
 */
record NotedRow(
        String schema,
        String name,
        boolean keyed,
        List<String> key,
        List<String> values,
        List<String> columns,
        Optional<List<String>> before,
        Optional<List<String>> after,
        List<String> later) {
    private static final int DIGEST = 8;

    NotedRow {
        key = List.copyOf(key);
        values = List.copyOf(values);
        columns = List.copyOf(columns);
        before = before.map(List::copyOf);
        after = after.map(List::copyOf);
        later = List.copyOf(later);
    }

    TableRef table() {
        return new TableRef(schema, name);
    }

    RowId id() {
        return new RowId(table(), key, values);
    }

    /** Whether this is the row as it was stored. @param now with the same columns */
    boolean isAfter(StoredRow now) {
        return after.filter(digests(now.fields(columns))::equals).isPresent();
    }

    /** Whether this is the row as it was before. @param now with the same columns */
    boolean isBefore(StoredRow now) {
        return before.filter(now.fields(columns)::equals).isPresent();
    }

    /** Columns with other values now than it was stored with. */
    List<String> changed(StoredRow now) {
        List<String> digests = digests(now.fields(columns));
        return after.stream()
                .flatMap(then -> IntStream.range(0, columns.size())
                        .filter(i -> !then.get(i).equals(digests.get(i)))
                        .mapToObj(columns::get))
                .toList();
    }

    /** What distinguishes values: 8 bytes of the SHA-256 of each, in hex. So what came back is not kept itself. */
    static List<String> digests(List<String> fields) {
        List<String> all = new ArrayList<>();
        for (String field : fields) {
            byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
            all.add(HexFormat.of().formatHex(Arrays.copyOf(Sha256.of(bytes, 0, bytes.length), DIGEST)));
        }
        return all;
    }
}
