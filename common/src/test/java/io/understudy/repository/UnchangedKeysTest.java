package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.testing.MemoryBlobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnchangedKeysTest {
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final TableData table = new TableData(
            "public",
            "t",
            List.of("text", "id"),
            List.of("id"),
            0,
            0,
            null,
            null,
            new TableContent(stream(""), List.of()));

    private StreamRef stream(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StreamWriter writer = StreamWriter.rows(blobs);
        writer.write(bytes, 0, bytes.length);
        return writer.finish();
    }

    private static InputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(InputStream lines) throws IOException {
        try (lines) {
            return new String(lines.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Deltas of many steps on one side, one that holds them all and a last step on the other, against two maps. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void leavesOutWhatIsTheSameInTwoMaps(long seed) throws IOException {
        Random random = new Random(seed);
        Map<Integer, String> rows = new TreeMap<>();
        TreeSet<Integer> touched = new TreeSet<>();
        List<TableDelta> olds = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            olds.add(step(random, rows, touched));
        }
        Map<Integer, String> before = new TreeMap<>(rows);
        TreeSet<Integer> knownBefore = new TreeSet<>(touched);
        step(random, rows, touched);
        String gone = lines(touched.stream().map(String::valueOf).toList());
        String came = lines(rows.values());

        UnchangedKeys same =
                UnchangedKeys.of(table, olds, () -> in(came), blobs).orElseThrow();

        List<Integer> changed = touched.stream()
                .filter(key -> !knownBefore.contains(key) || !Objects.equals(before.get(key), rows.get(key)))
                .toList();
        assertThat(changed).isNotEmpty().hasSizeLessThan(touched.size());
        assertThat(text(same.changedKeys(in(gone))))
                .isEqualTo(lines(changed.stream().map(String::valueOf).toList()));
        assertThat(text(same.changedRows(in(came))))
                .isEqualTo(lines(
                        changed.stream().map(rows::get).filter(Objects::nonNull).toList()));
    }

    private TableDelta step(Random random, Map<Integer, String> rows, TreeSet<Integer> touched) {
        TreeSet<Integer> keys = new TreeSet<>();
        for (int i = 0; i < 40; i++) {
            keys.add(random.nextInt(200));
        }
        List<String> came = new ArrayList<>();
        for (int key : keys) {
            rows.remove(key);
            if (random.nextInt(3) > 0) {
                // Long ones lie across every edge of a buffer; few texts, so that some come back as they were.
                String row = "x".repeat(random.nextInt(3) * 30_000 + random.nextInt(2)) + "\t" + key;
                rows.put(key, row);
                came.add(row);
            }
        }
        touched.addAll(keys);
        return new TableDelta(stream(lines(keys.stream().map(String::valueOf).toList())), stream(lines(came)));
    }

    private static String lines(Iterable<String> all) {
        StringBuilder text = new StringBuilder();
        all.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    @Test
    void aLineThatDiffersInOneByteChanged() throws IOException {
        TableDelta old = new TableDelta(stream("1\n2\n"), stream("one\t1\ntwo\t2\n"));
        UnchangedKeys same = UnchangedKeys.of(table, List.of(old), () -> in("one\t1\ntwO\t2\n"), blobs)
                .orElseThrow();
        assertThat(text(same.changedKeys(in("1\n2\n3\n")))).isEqualTo("2\n3\n");
    }

    @Test
    void moreKeysThanItHoldsAreAllChanged() throws IOException {
        String keys = IntStream.rangeClosed(0, UnchangedKeys.MOST)
                .mapToObj(key -> key + "\n")
                .collect(Collectors.joining());
        TableDelta old = new TableDelta(stream(keys), stream(""));
        assertThat(UnchangedKeys.of(table, List.of(old), () -> in(""), blobs)).isEqualTo(Optional.empty());
    }
}
