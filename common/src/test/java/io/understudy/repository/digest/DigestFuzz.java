package io.understudy.repository.digest;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.FolderDeletion;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.Samples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Rows as lines: digests, and what differs between two tables. */
public final class DigestFuzz {
    private static final List<String> COLUMNS = List.of("x", "id", "y", "area");
    private static final byte[] ROWS =
            "a\t1\tb\tk\n\\N\t2\t\\t\\\\\tk\n\t\t\t\nlong\t3\tä\tz\n".getBytes(StandardCharsets.UTF_8);

    private DigestFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("digest", DigestFuzz::digest),
                new Named("row-difference", DigestFuzz::difference),
                new Named("row-finder", DigestFuzz::finder));
    }

    /** The same in pieces as in one, and whatever the order of the lines is. */
    private static FuzzTarget digest() {
        return FuzzTarget.of(Form.TEXT, List.of(ROWS, Samples.rows(3, 4000, 30)), input -> {
                    TableDigest whole = digest(List.of(input), List.of("area", "id"));
                    assertThat(digest(pieces(input), List.of("area", "id"))).isEqualTo(whole);
                    List<byte[]> lines = lines(input);
                    java.util.Collections.reverse(lines);
                    assertThat(digest(lines, List.of("id", "area"))).isEqualTo(whole);
                    assertThat(TableDigest.total(List.of(whole)))
                            .isEqualTo(TableDigest.total(List.of(digest(lines, List.of()))))
                            .isEqualTo(Lines.of(() -> new ByteArrayInputStream(ended(input)))
                                    .sum());
                })
                .knowing("\n", "\t", "\\N");
    }

    private static TableDigest digest(List<byte[]> pieces, List<String> key) throws IOException {
        try (RowDigest digest = new RowDigest(COLUMNS, key)) {
            byte last = '\n';
            for (byte[] piece : pieces) {
                digest.write(piece, 0, piece.length);
                last = piece.length > 0 ? piece[piece.length - 1] : last;
            }
            if (last != '\n') {
                digest.write('\n');
            }
            return digest.digest();
        }
    }

    private static byte[] ended(byte[] input) {
        byte[] made = input;
        if (input.length > 0 && input[input.length - 1] != '\n') {
            made = Arrays.copyOf(input, input.length + 1);
            made[input.length] = '\n';
        }
        return made;
    }

    private static List<byte[]> pieces(byte[] input) {
        Random random = new Random(Arrays.hashCode(input));
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < input.length; ) {
            int length = Math.min(input.length - at, 1 + random.nextInt(40));
            pieces.add(Arrays.copyOfRange(input, at, at + length));
            at += length;
        }
        return pieces;
    }

    /** Each with its end. */
    private static List<byte[]> lines(byte[] input) {
        List<byte[]> lines = new ArrayList<>();
        byte[] all = ended(input);
        int from = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == '\n') {
                lines.add(Arrays.copyOfRange(all, from, i + 1));
                from = i + 1;
            }
        }
        return lines;
    }

    /** The first half of the lines is older than the second; with little memory, so that files are used too. */
    private static FuzzTarget difference() throws IOException {
        Path folder = Files.createTempDirectory("understudy-fuzz");
        byte[] twice = (new String(ROWS, StandardCharsets.UTF_8) + new String(ROWS, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
        return FuzzTarget.of(Form.TEXT, List.of(twice, Samples.rows(3, 4000, 30)), input -> {
                    List<byte[]> lines = lines(input);
                    List<byte[]> older = lines.subList(0, lines.size() / 2);
                    List<byte[]> newer = lines.subList(lines.size() / 2, lines.size());
                    List<String> gone = surplus(older, newer);
                    List<String> came = surplus(newer, older);
                    for (long budget : new long[] {1 << 20, 400}) {
                        check(older, newer, gone, came, budget, folder.resolve("difference"));
                    }
                })
                .slow()
                .closing(() -> FolderDeletion.delete(folder))
                .allocating(64 << 20, 4000);
    }

    private static void check(
            List<byte[]> older, List<byte[]> newer, List<String> gone, List<String> came, long budget, Path folder)
            throws Exception {
        try (RowDifference difference = new RowDifference(budget, 64 << 20, folder)) {
            for (byte[] line : older) {
                difference.older(line, 0, line.length - 1);
            }
            for (byte[] line : newer) {
                difference.newer(line, 0, line.length - 1);
            }
            RowDifference.Result result = difference.finish();
            assertThat(sorted(result.gone().open().readAllBytes())).isEqualTo(gone);
            assertThat(sorted(result.came().open().readAllBytes())).isEqualTo(came);
            assertThat(result.gone().rows()).isEqualTo(gone.size());
            assertThat(result.came().rows()).isEqualTo(came.size());
        }
    }

    private static List<String> surplus(List<byte[]> of, List<byte[]> over) {
        List<String> left = new ArrayList<>(of.stream().map(DigestFuzz::text).toList());
        over.forEach(line -> left.remove(text(line)));
        left.sort(null);
        return left;
    }

    private static List<String> sorted(byte[] content) {
        return lines(content).stream().map(DigestFuzz::text).sorted().toList();
    }

    private static String text(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1);
    }

    /** Every line that is looked for is found, by the number that stands before it. */
    private static FuzzTarget finder() {
        return FuzzTarget.of(Form.TEXT, List.of(ROWS, Samples.rows(3, 4000, 30)), input -> {
                    List<byte[]> lines = lines(input);
                    RowFinder finder = new RowFinder(Lines.of(() -> new ByteArrayInputStream(ended(input))));
                    for (int i = 0; i < lines.size(); i++) {
                        byte[] place = ("(0," + i + ")\t").getBytes(StandardCharsets.US_ASCII);
                        finder.write(place, 0, place.length);
                        for (byte[] piece : pieces(lines.get(i))) {
                            finder.write(piece, 0, piece.length);
                        }
                    }
                    assertThat(finder.found()).hasSize(lines.size()).doesNotHaveDuplicates();
                    finder.close();
                })
                .knowing("\n", "\t");
    }
}
