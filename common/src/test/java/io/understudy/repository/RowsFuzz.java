package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.testing.MemoryBlobs;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rows of a table with two deltas. An input has five parts, each behind a line that begins with {@code #}: base, gone,
 * came, gone, came.
 */
public final class RowsFuzz {
    private static final List<String> COLUMNS = List.of("a", "id", "b", "area");
    /** In another order than in the lines. */
    private static final List<String> KEY = List.of("area", "id");

    private static final int PARTS = 5;
    private static final String REAL =
            "base\t1\t\\N\tk\nbase\t2\t\\\\\\t\tk\nbase\t3\t\tk\n#\nk\t2\nk\t9\n#\none\t2\t\tk\none\t9\t\tk\n#\nk\t9\nk\t3\n#\ntwo\t3\t\tk\n";

    private RowsFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("rows", RowsFuzz::rows));
    }

    private static FuzzTarget rows() {
        return FuzzTarget.of(Form.TEXT, List.of(REAL.getBytes(StandardCharsets.UTF_8)), RowsFuzz::check)
                .knowing("#\n", "\t", "\n", "\\N", "\\.", "\\", "k\t1\n");
    }

    private static void check(byte[] input) throws Exception {
        List<String> parts = parts(new String(input, StandardCharsets.ISO_8859_1));
        MemoryBlobs blobs = new MemoryBlobs();
        List<StreamRef> streams =
                parts.stream().map(part -> stream(part, blobs)).toList();
        TableContent content = new TableContent(
                streams.get(0),
                List.of(
                        new TableDelta(streams.get(1), streams.get(2)),
                        new TableDelta(streams.get(3), streams.get(4))));
        TableData table = new TableData("s", "t", COLUMNS, KEY, 1, 1, null, null, content);
        try (InputStream rows = TableRows.all(table, blobs)) {
            assertThat(new String(rows.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(expected(parts));
        }
    }

    private static List<String> parts(String input) {
        List<String> parts = new ArrayList<>(List.of(input.split("(?m)^#.*(\n|\\z)", PARTS)));
        while (parts.size() < PARTS) {
            parts.add("");
        }
        return parts;
    }

    private static StreamRef stream(String content, MemoryBlobs blobs) {
        StreamWriter writer = StreamWriter.rows(blobs);
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        writer.write(bytes, 0, bytes.length);
        return writer.finish();
    }

    /** The same by lists of lines. */
    private static String expected(List<String> parts) {
        List<String> first = keys(parts.get(1));
        List<String> second = keys(parts.get(3));
        return lines(parts.get(0), line -> !first.contains(key(line)) && !second.contains(key(line)))
                + lines(parts.get(2), line -> !second.contains(key(line)))
                + parts.get(4);
    }

    private static String lines(String part, java.util.function.Predicate<String> stays) {
        return split(part).stream().filter(stays).map(line -> line + "\n").collect(Collectors.joining());
    }

    private static List<String> keys(String part) {
        return split(part).stream()
                .map(line -> line.split("\t", -1))
                .map(fields -> fields[0] + "\t" + fields[1])
                .toList();
    }

    private static String key(String line) {
        String[] fields = line.split("\t", -1);
        return fields[3] + "\t" + fields[1];
    }

    private static List<String> split(String part) {
        return part.isEmpty()
                ? List.of()
                : List.of((part.endsWith("\n") ? part.substring(0, part.length() - 1) : part).split("\n", -1));
    }
}
