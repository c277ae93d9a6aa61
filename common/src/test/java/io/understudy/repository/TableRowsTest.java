package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.testing.MemoryBlobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableRowsTest {
    private static final List<String> COLUMNS = List.of("a", "id", "b", "area");
    /** In another order than in the lines. */
    private static final List<String> KEY = List.of("area", "id");

    private final MemoryBlobs blobs = new MemoryBlobs();

    @Test
    void rowsWithoutDeltasAreTheBase() {
        assertThat(rows(table("x\t1\ty\tk\nx\t2\ty\tk\n"))).isEqualTo("x\t1\ty\tk\nx\t2\ty\tk\n");
    }

    @Test
    void aRowGoesWithALaterDeltaAndStaysWithItsOwn() {
        TableData table = table(
                "base\t1\t\tk\nbase\t2\t\tk\nbase\t3\t\tk\n",
                delta("k\t2\nk\t9\n", "one\t2\t\tk\none\t9\t\tk\n"),
                delta("k\t9\nk\t3\n", "two\t3\t\tk\n"));
        assertThat(rows(table)).isEqualTo("base\t1\t\tk\none\t2\t\tk\ntwo\t3\t\tk\n");
    }

    /** The fields are told apart: {@code (k, 12)} is not {@code (k1, 2)}. */
    @Test
    void keysThatLookAlikeAreDistinguished() {
        TableData table = table("\t12\t\tk\n\t2\t\tk1\n\t1\t\tk\\t2\n", delta("k1\t2\n", ""));
        assertThat(rows(table)).isEqualTo("\t12\t\tk\n\t1\t\tk\\t2\n");
    }

    /** Against a map, with rows of all lengths, so that keys lie across every edge of a buffer. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isWhatAMapOfTheRowsHolds(long seed) {
        Random random = new Random(seed);
        Map<String, String> model = new TreeMap<>();
        StringBuilder base = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            add(model, base, random, "k" + i % 7 + "\t" + i);
        }
        List<TableDelta> deltas = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            StringBuilder gone = new StringBuilder();
            StringBuilder came = new StringBuilder();
            List<String> changed = new ArrayList<>();
            for (int j = random.nextInt(60); j > 0; j--) {
                int number = random.nextInt(500);
                String key = "k" + number % 7 + "\t" + number;
                if (!changed.contains(key)) {
                    changed.add(key);
                    gone.append(key).append('\n');
                    model.remove(key);
                    if (random.nextInt(3) > 0) {
                        add(model, came, random, key);
                    }
                }
            }
            deltas.add(delta(gone.toString(), came.toString()));
        }
        TableData table = table(base.toString(), deltas.toArray(TableDelta[]::new));
        assertThat(rows(table).lines().sorted().toList())
                .isEqualTo(model.values().stream().sorted().toList());
    }

    private static void add(Map<String, String> model, StringBuilder rows, Random random, String key) {
        String[] parts = key.split("\t");
        int length = random.nextInt(20) == 0 ? random.nextInt(150_000) : random.nextInt(300);
        String row = "v".repeat(length) + random.nextInt() + "\t" + parts[1] + "\t" + "w".repeat(random.nextInt(90))
                + "\t" + parts[0];
        model.put(key, row);
        rows.append(row).append('\n');
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\t1\n", "x\t1\ty\tk", "x"})
    void linesThatHoldNoKeyAreReported(String base) {
        assertThatThrownBy(() -> rows(table(base, delta("k\t7\n", ""))))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED))
                .hasMessageContaining("table s.t");
    }

    @Test
    void moreKeysThanTheFormatAllowsAreReported() {
        StringBuilder keys = new StringBuilder();
        for (int i = 0; i <= TableRows.MOST_KEYS; i++) {
            keys.append("k\t").append(i).append('\n');
        }
        TableData table = table("x\t1\ty\tk\n", delta(keys.toString(), ""));
        assertThatThrownBy(() -> TableRows.of(table, blobs))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED));
    }

    @Test
    void theKeyMustBeInTheLines() {
        TableData table = new TableData(
                "s",
                "t",
                List.of("a"),
                List.of("b"),
                0,
                0,
                null,
                null,
                table("", delta("1\n", "")).content());
        assertThatThrownBy(() -> new DatabaseWriter(blobs).add(table)).isInstanceOf(IllegalArgumentException.class);
    }

    /** As an import reads it: each layer in parts. */
    @Test
    void partsOfALayerTogetherAreTheLayer() throws IOException {
        TableData table = table("a\t1\t\tk\nb\t2\t\tk\nc\t3\t\tk\n", delta("k\t2\n", "d\t2\t\tk\n"));
        TableRows rows = TableRows.of(table, blobs);
        StringBuilder all = new StringBuilder();
        for (String part : List.of("a\t1\t\tk\nb\t2\t\tk\n", "c\t3\t\tk\n")) {
            try (InputStream in = rows.remaining(0, new ByteArrayInputStream(part.getBytes(StandardCharsets.UTF_8)))) {
                all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(all).hasToString("a\t1\t\tk\nc\t3\t\tk\n");
        assertThat(TableRows.layers(table.content())).hasSize(2);
    }

    private String rows(TableData table) {
        try (InputStream in = TableRows.all(table, blobs)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TableData table(String base, TableDelta... deltas) {
        return new TableData("s", "t", COLUMNS, KEY, 0, 0, null, null, new TableContent(stream(base), List.of(deltas)));
    }

    private TableDelta delta(String gone, String came) {
        return new TableDelta(stream(gone), stream(came));
    }

    private StreamRef stream(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StreamWriter writer = StreamWriter.rows(blobs);
        writer.write(bytes, 0, bytes.length);
        return writer.finish();
    }
}
