package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.postgres.SiteCode.TableName;
import io.understudy.primary.capture.database.tracking.ChangeText.Change;
import io.understudy.primary.capture.database.tracking.ChangeText.Kind;
import io.understudy.primary.capture.database.tracking.ChangeText.NotUnderstood;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeTextTest {
    private static final List<String> TYPES = List.of(
            "integer",
            "character varying",
            "timestamp with time zone",
            "integer[]",
            "public.\"odd]: '[type\"",
            "\"A\".\"b\"\"]\"[]",
            "\"char\"",
            "bit");

    @Test
    void readsEachKind() throws NotUnderstood {
        assertThat(ChangeText.parse("table public.a: INSERT: id[integer]:1 t[text]:'it''s' n[text]:null"))
                .isEqualTo(new Change(
                        Kind.INSERT,
                        List.of(new TableName("public", "a")),
                        Map.of(),
                        Map.of("id", "1", "t", "it's", "n", ChangeText.NULL)));
        assertThat(ChangeText.parse("table s.\"a: b\": UPDATE: old-key: id[bit]:B'01' new-tuple: id[bit]:B'10'"
                        + " \"new-tuple:\"[boolean]:true big[text]:unchanged-toast-datum"))
                .isEqualTo(new Change(
                        Kind.UPDATE,
                        List.of(new TableName("s", "a: b")),
                        Map.of("id", "01"),
                        Map.of("id", "10", "new-tuple:", "t", "big", ChangeText.UNCHANGED)));
        assertThat(ChangeText.parse("table s.a: DELETE: (no-tuple-data)").before())
                .isEmpty();
        assertThat(ChangeText.parse("table s.a: DELETE: id[numeric]:-1.50e+20").before())
                .isEqualTo(Map.of("id", "-1.50e+20"));
        assertThat(ChangeText.parse("table s.a, \"S\".\"b, c\": TRUNCATE: restart_seqs cascade"))
                .isEqualTo(new Change(
                        Kind.TRUNCATE,
                        List.of(new TableName("s", "a"), new TableName("S", "b, c")),
                        Map.of(),
                        Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "table ",
                "table a: INSERT: id[integer]:1",
                "table s.a INSERT: id[integer]:1",
                "table s.a: UPSERT: id[integer]:1",
                "table s.a: INSERT:id[integer]:1",
                "table s.a: INSERT: id[integer:1",
                "table s.a: INSERT: id[integer]:",
                "table s.a: INSERT: id[integer]:1 id[integer]:2",
                "table s.a: INSERT: id[text]:'open",
                "table s.a: INSERT: id[text]:'a'b",
                "table s.a: INSERT: id[text]:\"a\"",
                "table s.a: INSERT: id[integer]:1 ",
                "table s.a: UPDATE: old-key: id[integer]:1",
                "table s.a: DELETE: id[integer]:1 new-tuple: id[integer]:2",
                "table s.a, s.b: INSERT: id[integer]:1",
                "table s.a: TRUNCATE: later",
                "table s.\"a: INSERT: id[integer]:1",
                "table s.A: INSERT: id[integer]:1"
            })
    void whatIsNotOfTheGrammarIsNotUnderstood(String line) {
        assertThatThrownBy(() -> ChangeText.parse(line)).isInstanceOf(NotUnderstood.class);
    }

    @Test
    void ofALineThatWasCutTheTableIsKnown() throws NotUnderstood {
        assertThat(ChangeText.tableOf("table s.\"a \"\"b\": INSERT: x[te")).isEqualTo(new TableName("s", "a \"b"));
        assertThatThrownBy(() -> ChangeText.tableOf("table s.\"a")).isInstanceOf(NotUnderstood.class);
    }

    /** Written as the plugin's C writes it, read, and compared; and with a byte changed, nothing else is thrown. */
    @Test
    void readsWhatThePluginWrites() throws NotUnderstood {
        Random random = new Random(20261127);
        for (int round = 0; round < 20_000; round++) {
            Map<String, String> before = round % 3 == 0 ? row(random, false) : Map.of();
            Map<String, String> after = row(random, true);
            TableName table = new TableName(text(random, true), text(random, true));
            StringBuilder line =
                    new StringBuilder("table " + quoted(table.schema()) + "." + quoted(table.name()) + ":");
            Kind kind = before.isEmpty() ? Kind.INSERT : Kind.UPDATE;
            line.append(" " + kind + ":");
            if (!before.isEmpty()) {
                line.append(" old-key:");
                write(before, line, random);
                line.append(" new-tuple:");
            }
            write(after, line, random);
            assertThat(ChangeText.parse(bytes(line.toString())))
                    .as(line.toString())
                    .isEqualTo(new Change(kind, List.of(table), bytes(before), bytes(after)));
            char[] broken = line.toString().toCharArray();
            broken[random.nextInt(broken.length)] = "\"'[]: ,.(x".charAt(random.nextInt(10));
            try {
                ChangeText.parse(bytes(new String(broken)));
            } catch (NotUnderstood e) {
                assertThat(e).hasMessageContaining("bytes");
            }
        }
    }

    private static void write(Map<String, String> row, StringBuilder line, Random random) {
        row.forEach((column, value) -> {
            line.append(' ').append(quoted(column));
            line.append('[').append(TYPES.get(random.nextInt(TYPES.size()))).append("]:");
            if (value == ChangeText.NULL) {
                line.append("null");
            } else if (value == ChangeText.UNCHANGED) {
                line.append("unchanged-toast-datum");
            } else {
                line.append('\'').append(value.replace("'", "''")).append('\'');
            }
        });
    }

    private static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private static Map<String, String> row(Random random, boolean nulls) {
        Map<String, String> row = new TreeMap<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int kind = nulls ? random.nextInt(6) : 2;
            row.put(
                    text(random, true),
                    kind == 0 ? ChangeText.NULL : kind == 1 ? ChangeText.UNCHANGED : text(random, false));
        }
        return row;
    }

    private static String text(Random random, boolean name) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8) + (name ? 1 : 0); i > 0; i--) {
            text.append("ab_z09'\"[]:. ,(){}\\\n\té€".charAt(random.nextInt(22)));
        }
        return text.toString();
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Values stay bytes, names are read. */
    private static Map<String, String> bytes(Map<String, String> row) {
        Map<String, String> all = new TreeMap<>(row);
        all.replaceAll(
                (column, value) -> value == ChangeText.NULL || value == ChangeText.UNCHANGED ? value : bytes(value));
        return all;
    }
}
