package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.postgres.SiteCode.TableName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** What a logical slot gives: transactions of changes, in the text that test_decoding writes. */
public final class DecodingFuzz {
    private static final TableName T = new TableName("s", "t");
    private static final String REAL = """
            0/1\t12\tBEGIN 12
            0/1\t12\tmessage: transactional: 1 prefix: understudy, sz: 4 content:base
            0/2\t12\tCOMMIT 12
            0/3\t13\tBEGIN 13
            0/3\t13\ttable s.t: INSERT: id[integer]:2 "a b"[character varying(3)]:'it''s\\\\\\n' n[numeric]:1.5 b[bit]:B'101' z[text]:null
            0/3\t13\ttable s.t: DELETE: id[integer]:3
            0/3\t13\ttable s.t: UPDATE: old-key: id[integer]:4 new-tuple: id[integer]:5 x[public."odd]type"[]]:unchanged-toast-datum
            0/3\t13\ttable public."a ""b", s.keyless: TRUNCATE: restart_seqs cascade
            0/3\t13\ttable s.keyless: DELETE: (no-tuple-data)
            0/4\t13\tCOMMIT 13
            0/9\t30\tBEGIN 30
            0/9\t30\tmessage: transactional: 1 prefix: understudy, sz: 3 content:own
            0/A\t30\tCOMMIT 30
            """;
    private static final String[] WORDS = {
        "table ",
        ": UPDATE: ",
        " old-key:",
        " new-tuple:",
        " (no-tuple-data)",
        "unchanged-toast-datum",
        "null",
        "'",
        "''",
        "\"",
        "[",
        "]",
        "B'",
        "BEGIN ",
        "COMMIT ",
        "message: ",
        "\\t",
        "\\n",
        "\\",
        "\t"
    };

    private DecodingFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("decoding", DecodingFuzz::decoding),
                new Named("change", DecodingFuzz::change),
                new Named("transactions", DecodingFuzz::transactions));
    }

    /** Whatever comes, in one piece or in many, there is a fault or there are keys, and never other ones. */
    private static FuzzTarget decoding() {
        return FuzzTarget.of(Form.TEXT, List.of(REAL.getBytes(StandardCharsets.UTF_8)), input -> {
                    ChangedKeys whole = keys();
                    Decoding decoding = read(whole, List.of(input));
                    ChangedKeys parts = keys();
                    Decoding again = read(parts, pieces(input));
                    assertThat(again.fault()).isEqualTo(decoding.fault());
                    assertThat(again.position()).isEqualTo(decoding.position());
                    assertThat(parts.of(T).map(DecodingFuzz::text))
                            .isEqualTo(whole.of(T).map(DecodingFuzz::text));
                    whole.of(T)
                            .ifPresent(changes -> changes.keys()
                                    .forEach(key ->
                                            assertThat(KeyLine.values(key)).hasSize(1)));
                })
                .knowing(WORDS);
    }

    private static String text(ChangedKeys.Changes changes) {
        return changes.whole() + " " + changes.existed() + " " + changes.keys();
    }

    private static ChangedKeys keys() {
        return new ChangedKeys(Map.of(T, List.of("id")), Set.of(T, new TableName("s", "keyless")));
    }

    private static Decoding read(ChangedKeys keys, List<byte[]> pieces) {
        Decoding decoding = new Decoding(
                Optional.of(SeenTransactions.of("10:11:")), "base", SeenTransactions.of("20:31:21"), "own", keys);
        DecodedLines lines = new DecodedLines(decoding);
        pieces.forEach(piece -> lines.write(piece, 0, piece.length));
        return decoding;
    }

    private static List<byte[]> pieces(byte[] input) {
        Random random = new Random(Arrays.hashCode(input));
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < input.length; ) {
            int length = Math.min(input.length - at, 1 + random.nextInt(50));
            pieces.add(Arrays.copyOfRange(input, at, at + length));
            at += length;
        }
        return pieces;
    }

    private static FuzzTarget change() {
        List<byte[]> lines = REAL.lines()
                .map(line -> line.split("\t")[2])
                .filter(ChangeText::isChange)
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .toList();
        return FuzzTarget.of(Form.TEXT, lines, input -> {
                    String text = new String(input, StandardCharsets.ISO_8859_1);
                    ChangeText.Change change = ChangeText.parse(text);
                    assertThat(change.tables()).isNotEmpty();
                    assertThat(ChangeText.tableOf(text))
                            .isEqualTo(change.tables().get(0));
                })
                .documenting(ChangeText.NotUnderstood.class)
                .knowing(WORDS);
    }

    private static FuzzTarget transactions() {
        return FuzzTarget.text(List.of("10:20:10,14,15", "740:742:"), input -> {
                    SeenTransactions seen = SeenTransactions.of(new String(input, StandardCharsets.UTF_8));
                    seen.sees(1);
                    assertThat(seen.hasEnded(seen.xmax())).isFalse();
                })
                .documenting(IllegalArgumentException.class)
                .knowing(":", ",", "-1");
    }
}
