package io.understudy.repository.digest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.repository.digest.RowDifference.TooLarge;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowDifferenceTest {
    private static final long MUCH = 1L << 30;

    @TempDir
    private Path folder;

    @Test
    void equalLinesCancelWithTheirNumberWhateverTheOrder() throws Exception {
        try (RowDifference difference = new RowDifference(MUCH, MUCH, folder.resolve("d"))) {
            older(difference, List.of("a", "b", "b", "b", "", "c"));
            newer(difference, List.of("b", "d", "a", "b", "d"));
            RowDifference.Result result = difference.finish();
            assertThat(lines(result.gone())).containsExactly("b", "", "c");
            assertThat(lines(result.came())).containsExactly("d", "d");
            assertThat(result.gone().rows()).isEqualTo(3);
            assertThat(result.gone().bytes()).isEqualTo(5);
            assertThat(result.bytes()).isEqualTo(9);
        }
    }

    /** The larger budget holds all in memory, the smallest one spills with each line. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1000, 100_000, MUCH})
    void findsTheSameWithAnyMemory(long budget) throws Exception {
        Random random = new Random(budget);
        List<String> before = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            before.add(i % 7 == 0 ? "twice " + i / 14 : "line " + i + " " + "x".repeat(random.nextInt(30)));
        }
        List<String> after = new ArrayList<>(before);
        List<String> came = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            gone.add(after.remove(random.nextInt(after.size())));
            came.add("new " + random.nextInt(50));
        }
        after.addAll(came);
        Collections.shuffle(after, random);
        try (RowDifference difference = new RowDifference(budget, MUCH, folder.resolve("d"))) {
            older(difference, before);
            newer(difference, after);
            RowDifference.Result result = difference.finish();
            assertThat(lines(result.gone())).containsExactlyInAnyOrderElementsOf(gone);
            assertThat(lines(result.came())).containsExactlyInAnyOrderElementsOf(came);
            BigInteger wanted = total(before)
                    .subtract(result.gone().sum())
                    .add(result.came().sum());
            assertThat(wanted.mod(BigInteger.ONE.shiftLeft(128))).isEqualTo(total(after));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void givesUpWhereTooMuchDiffers() throws IOException {
        try (RowDifference difference = new RowDifference(1000, 5000, folder.resolve("d"))) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            older(difference, List.of("line " + i));
                        }
                    })
                    .isInstanceOf(TooLarge.class);
        }
        assertThat(folder).isEmptyDirectory();
    }

    private static void older(RowDifference difference, List<String> lines) throws IOException, TooLarge {
        for (String line : lines) {
            byte[] bytes = ("<" + line).getBytes(UTF_8);
            difference.older(bytes, 1, bytes.length);
        }
    }

    private static void newer(RowDifference difference, List<String> lines) throws IOException, TooLarge {
        for (String line : lines) {
            byte[] bytes = (line + "\n").getBytes(UTF_8);
            difference.newer(bytes, 0, bytes.length - 1);
        }
    }

    private static List<String> lines(Lines lines) throws IOException {
        String text = new String(lines.open().readAllBytes(), UTF_8);
        return text.isEmpty()
                ? List.of()
                : List.of(text.substring(0, text.length() - 1).split("\n", -1));
    }

    private static BigInteger total(List<String> lines) throws IOException {
        try (RowDigest digest = new RowDigest(List.of("a"), List.of())) {
            for (String line : lines) {
                digest.write((line + "\n").getBytes(UTF_8));
            }
            return TableDigest.total(List.of(digest.digest()));
        }
    }
}
