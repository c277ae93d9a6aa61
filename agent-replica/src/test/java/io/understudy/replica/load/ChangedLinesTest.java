package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.repository.ChangedBlobs;
import io.understudy.repository.ChangedBlobs.Place;
import io.understudy.repository.digest.RowDifference.TooLarge;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangedLinesTest {
    private static final int LONGEST_BLOB = 40;

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final List<String> olds = new ArrayList<>();
    private final List<String> news = new ArrayList<>();

    private void feed(List<Place> before, List<Place> after) throws IOException, TooLarge {
        new ChangedLines(
                        new ChangedBlobs(before, after),
                        blobs,
                        (bytes, from, to) -> olds.add(text(bytes, from, to)),
                        (bytes, from, to) -> news.add(text(bytes, from, to)))
                .feed();
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    /** @param lengths how many lines each next blob has */
    private List<Place> places(List<String> lines, Random lengths) {
        List<Place> places = new ArrayList<>();
        long start = 0;
        for (int at = 0; at < lines.size(); ) {
            int end = Math.min(lines.size(), at + 1 + lengths.nextInt(LONGEST_BLOB));
            byte[] content = (String.join("\n", lines.subList(at, end)) + "\n").getBytes(StandardCharsets.UTF_8);
            places.add(new Place(blobs.put(content, 0, content.length), start));
            start += content.length;
            at = end;
        }
        return places;
    }

    private static Map<String, Integer> difference(List<String> before, List<String> after) {
        Map<String, Integer> counts = new HashMap<>();
        before.forEach(line -> counts.merge(line, -1, Integer::sum));
        after.forEach(line -> counts.merge(line, 1, Integer::sum));
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    /** Few different lines, so that many are equal by chance, in blobs that are cut anywhere. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5, 40, 100_000})
    void whatIsGivenDiffersAsAllLinesDo(int different) throws IOException, TooLarge {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<String> before = new ArrayList<>();
            IntStream.range(0, random.nextInt(300)).forEach(i -> before.add(line(random, different)));
            List<String> after = new ArrayList<>(before);
            for (int edit = random.nextInt(30); edit > 0; edit--) {
                int at = random.nextInt(after.size() + 1);
                if (random.nextBoolean() && at < after.size()) {
                    after.subList(at, Math.min(after.size(), at + random.nextInt(12)))
                            .clear();
                } else {
                    IntStream.range(0, random.nextInt(12)).forEach(i -> after.add(at, line(random, different)));
                }
            }
            olds.clear();
            news.clear();

            feed(places(before, random), places(after, random));

            assertThat(difference(olds, news)).as("seed %d", seed).isEqualTo(difference(before, after));
        }
    }

    private static String line(Random random, int different) {
        int number = random.nextInt(different);
        return number == 0 ? "" : "x".repeat(number % 7) + number;
    }

    /** As an update does: the row leaves its place, and its new version comes behind all others. */
    @Test
    void rowsThatKeptTheirPlaceAreNotGiven() throws IOException, TooLarge {
        List<String> before =
                IntStream.range(0, 20_000).mapToObj(i -> "row " + i).toList();
        List<String> after = new ArrayList<>(before);
        after.removeIf(row -> row.hashCode() % 100 == 0);
        List<String> gone =
                before.stream().filter(row -> row.hashCode() % 100 == 0).toList();
        gone.forEach(row -> after.add("new version of " + row));

        feed(places(before, new Random(1)), places(after, new Random(2)));

        assertThat(gone).hasSizeGreaterThan(100);
        assertThat(olds).isEqualTo(gone);
        assertThat(news).hasSameSizeAs(gone).allMatch(row -> row.startsWith("new version of "));
    }

    @Test
    void rowsBehindManyThatWentAreNotGiven() throws IOException, TooLarge {
        List<String> before =
                IntStream.range(0, 5_000).mapToObj(i -> "row " + i).toList();
        List<String> after = new ArrayList<>(before);
        after.subList(2_000, 2_003).clear();
        after.subList(1_000, 1_030).clear();

        feed(List.of(place(before)), List.of(place(after)));

        assertThat(olds).hasSize(33).startsWith("row 1000").endsWith("row 2002");
        assertThat(news).isEmpty();
    }

    private Place place(List<String> lines) {
        byte[] content = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        return new Place(blobs.put(content, 0, content.length), 0);
    }

    @Test
    void aStreamThatIsOtherwiseFromItsBeginningIsGivenWhole() throws IOException, TooLarge {
        List<String> before = IntStream.range(0, 500).mapToObj(i -> "old " + i).toList();
        List<String> after = IntStream.range(0, 300).mapToObj(i -> "new " + i).toList();

        feed(places(before, new Random(1)), places(after, new Random(2)));

        assertThat(olds).isEqualTo(before);
        assertThat(news).isEqualTo(after);
    }

    @Test
    void aBlobThatEndsInsideOfARowIsRefused() {
        byte[] content = "whole\nhalf".getBytes(StandardCharsets.UTF_8);
        List<Place> torn = List.of(new Place(blobs.put(content, 0, content.length), 0));

        assertThatThrownBy(() -> feed(torn, List.of())).hasMessageContaining("ends inside of a row");
    }
}
