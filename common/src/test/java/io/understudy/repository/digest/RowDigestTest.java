package io.understudy.repository.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowDigestTest {
    private static final List<String> COLUMNS = List.of("name", "id", "part", "note");
    private static final List<String> KEY = List.of("part", "id");
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

    /** Published values of MurmurHash3_x64_128 with seed 0. */
    @ParameterizedTest
    @CsvSource({
        "'', 00000000000000000000000000000000",
        "hello, cbd8a7b341bd9b025b1e906a48ae1d19",
        "'The quick brown fox jumps over the lazy dog', e34bbc7bbc071b6c7a433ca9c49a9347"
    })
    void hashesAsTheFunctionIsPublished(String text, String hash) {
        for (int cut = 0; cut <= text.length(); cut++) {
            Murmur3 murmur = new Murmur3();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            murmur.update(bytes, 0, cut);
            murmur.update(bytes, cut, bytes.length);
            murmur.finish();
            assertThat(String.format("%016x%016x", murmur.high(), murmur.low())).isEqualTo(hash);
        }
    }

    /** A digest that this test made before stays what it was: the format promises it. */
    @Test
    void staysAsItWas() {
        RowDigest rows = new RowDigest(List.of("id", "name"), List.of("id"));
        write(rows, "1\thello\n2\tworld\n3\t\\N\n");
        assertThat(rows.digest().sums()).containsExactly(GOLDEN);
    }

    /** However rows are divided among partitions, and whatever their buckets are. */
    @Test
    void theTotalIsThatOfAllPartsTogether() {
        List<String> lines = lines(5000);
        RowDigest all = new RowDigest(COLUMNS, KEY);
        RowDigest few = new RowDigest(COLUMNS, KEY);
        RowDigest rest = new RowDigest(COLUMNS, KEY);
        write(all, String.join("", lines));
        write(few, String.join("", lines.subList(0, 7)));
        write(rest, String.join("", lines.subList(7, 5000)));
        BigInteger total = TableDigest.total(List.of(all.digest(256)));
        assertThat(TableDigest.total(List.of(few.digest(), rest.digest()))).isEqualTo(total);
        assertThat(TableDigest.total(List.of(few.digest(), few.digest()))).isNotEqualTo(total);
        assertThat(total).isLessThan(MODULUS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 256})
    void isWhatTheFormatSays(int buckets) {
        List<String> lines = lines(5000);
        RowDigest rows = new RowDigest(COLUMNS, KEY);
        write(rows, String.join("", lines));
        assertThat(rows.rows()).isEqualTo(5000);
        assertThat(rows.digest(buckets).sums()).isEqualTo(byDefinition(lines, buckets, true));

        RowDigest keyless = new RowDigest(COLUMNS, List.of());
        write(keyless, String.join("", lines));
        assertThat(keyless.digest(buckets).sums()).isEqualTo(byDefinition(lines, buckets, false));
    }

    @Test
    void dependsNeitherOnTheOrderNorOnThePieces() {
        List<String> lines = lines(3000);
        RowDigest whole = new RowDigest(COLUMNS, KEY);
        write(whole, String.join("", lines));
        Random random = new Random(3);
        Collections.shuffle(lines, random);
        byte[] shuffled = String.join("", lines).getBytes(StandardCharsets.UTF_8);
        RowDigest one = new RowDigest(COLUMNS, KEY);
        for (int at = 0; at < shuffled.length; ) {
            int length = Math.min(shuffled.length - at, random.nextInt(90));
            one.write(shuffled, at, length);
            at += length;
        }
        assertThat(one.digest()).isEqualTo(whole.digest());

        RowDigest sum = new RowDigest(COLUMNS, KEY);
        for (List<String> part : List.of(lines.subList(0, 1000), lines.subList(1000, 3000), List.<String>of())) {
            RowDigest own = new RowDigest(COLUMNS, KEY);
            write(own, String.join("", part));
            sum.add(own);
        }
        assertThat(sum.digest()).isEqualTo(whole.digest());
    }

    @Test
    void tellsEveryDifferenceInTheBucketOfItsRow() {
        List<String> lines = lines(20_000);
        RowDigest rows = new RowDigest(COLUMNS, KEY);
        write(rows, String.join("", lines));
        TableDigest before = rows.digest();
        assertThat(before.sums()).hasSize(16);
        List<String> other = new ArrayList<>(lines);
        other.set(700, other.get(700).replace("\n", "!\n"));
        RowDigest changed = new RowDigest(COLUMNS, KEY);
        write(changed, String.join("", other));
        TableDigest after = changed.digest();
        assertThat(after.sums()).hasSize(16);
        int different = 0;
        for (int i = 0; i < 16; i++) {
            different += before.sums().get(i).equals(after.sums().get(i)) ? 0 : 1;
        }
        assertThat(different).isEqualTo(1);
    }

    @Test
    void aTableWithoutRowsHasASumOfNothing() {
        assertThat(new RowDigest(COLUMNS, KEY).digest().sums()).containsExactly("0".repeat(32));
    }

    @Test
    void refusesWhatCannotBeADigest() {
        RowDigest cut = new RowDigest(COLUMNS, KEY);
        write(cut, "a\tb");
        assertThatThrownBy(cut::digest).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new RowDigest(COLUMNS, List.of("other"))).isInstanceOf(IllegalArgumentException.class);
        for (List<String> sums : List.of(
                List.<String>of(), List.of("0"), Collections.nCopies(3, "0".repeat(32)), List.of("A".repeat(32)))) {
            assertThatThrownBy(() -> new TableDigest(sums)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static final String GOLDEN = "957d5885ac3a8c9d975e44c2f7859d71";

    private static void write(RowDigest rows, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        rows.write(bytes, 0, bytes.length);
    }

    private static List<String> lines(int count) {
        Random random = new Random(count);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add("name" + random.nextInt(100) + "\t" + i + "\t" + random.nextInt(5) + "\t"
                    + "x".repeat(random.nextInt(60)) + "\n");
        }
        return lines;
    }

    private static List<String> byDefinition(List<String> lines, int buckets, boolean keyed) {
        List<BigInteger> sums = new ArrayList<>(Collections.nCopies(buckets, BigInteger.ZERO));
        for (String line : lines) {
            String row = line.substring(0, line.length() - 1);
            String[] fields = row.split("\t", -1);
            BigInteger hash = hash(row);
            BigInteger place = keyed ? hash(fields[1] + "\t" + fields[2] + "\t") : hash;
            int bucket =
                    place.multiply(BigInteger.valueOf(buckets)).shiftRight(128).intValue();
            sums.set(bucket, sums.get(bucket).add(hash).mod(MODULUS));
        }
        return sums.stream().map(sum -> String.format("%032x", sum)).toList();
    }

    private static BigInteger hash(String text) {
        Murmur3 murmur = new Murmur3();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        murmur.update(bytes, 0, bytes.length);
        murmur.finish();
        return new BigInteger(String.format("%016x%016x", murmur.high(), murmur.low()), 16);
    }
}
