package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.SiteCode.TableName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodingTest {
    private static final TableName T = new TableName("s", "t");
    private static final String BASE_MARK = mark("base");
    private static final String OWN_MARK = mark("own");

    private final ChangedKeys keys =
            new ChangedKeys(Map.of(T, List.of("id")), Set.of(T, new TableName("s", "keyless")));

    private static String mark(String content) {
        return "message: transactional: 1 prefix: understudy, sz: " + content.length() + " content:" + content;
    }

    @Test
    void keepsTheKeysOfWhatTheBaseDidNotSee() {
        Decoding decoding = read(
                "0/1 BEGIN 5",
                "0/1 table s.t: INSERT: id[integer]:1",
                "0/2 COMMIT 5", // seen by the base
                "0/3 BEGIN 12",
                "0/3 " + BASE_MARK,
                "0/4 COMMIT 12",
                "0/5 BEGIN 13",
                "0/5 table s.t: INSERT: id[integer]:2",
                "0/6 table s.t: DELETE: id[integer]:3",
                "0/6 table s.t: INSERT: id[integer]:3",
                "0/7 table s.t: UPDATE: old-key: id[integer]:4 new-tuple: id[integer]:5",
                "0/8 COMMIT 13",
                "0/9 BEGIN 30",
                "0/9 " + OWN_MARK,
                "0/A COMMIT 30");

        assertThat(decoding.fault()).isEmpty();
        assertThat(keys.of(T).orElseThrow().keys()).containsExactly("2", "3", "4", "5");
        assertThat(keys.of(T).orElseThrow().existed()).isEqualTo(2);
        assertThat(decoding.position()).contains("0/9");
        assertThat(keys.othersChanged()).isFalse();
    }

    /** 21 is not seen and committed before 15, which is: the next snapshot has to read 21 again. */
    @Test
    void theSlotStaysBeforeTheFirstThatTheMomentDoesNotSee() {
        Decoding decoding = read(
                "0/1 BEGIN 12",
                "0/1 " + BASE_MARK,
                "0/2 COMMIT 12",
                "0/3 BEGIN 21",
                "0/3 table s.t: DELETE: id[integer]:1",
                "0/6 table s.t: DELETE: id[integer]:2",
                "0/8 COMMIT 21",
                "0/4 BEGIN 15",
                "0/4 table s.t: DELETE: id[integer]:7",
                "0/9 COMMIT 15",
                "0/C BEGIN 30",
                "0/C " + OWN_MARK,
                "0/D COMMIT 30");
        assertThat(decoding.position()).contains("0/6");
        assertThat(keys.of(T).orElseThrow().keys()).containsExactly("1", "2", "7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0/4 what is this                            | not understood",
                "0/4 table s.t: INSERT: id[integer           | not understood",
                "0/4 BEGIN 14                                | not understood",
                "0/4 COMMIT x                                | not understood",
                "0/4 opening a streamed block for transaction| not understood"
            })
    void whatIsNotUnderstoodMakesAllOfItWorthless(String line, String why) {
        Decoding decoding = read(
                "0/1 BEGIN 12",
                "0/1 " + BASE_MARK,
                "0/2 COMMIT 12",
                "0/3 BEGIN 13",
                line,
                "0/5 COMMIT 13",
                "0/9 BEGIN 30",
                "0/9 " + OWN_MARK,
                "0/A COMMIT 30");
        assertThat(decoding.fault()).get().asString().contains(why);
        assertThat(decoding.position()).isEmpty();
    }

    @Test
    void aLogWithoutTheMarksIsOfAnotherServerOrNotWhole() {
        assertThat(read("0/9 BEGIN 30", "0/9 " + OWN_MARK, "0/A COMMIT 30").fault())
                .get()
                .asString()
                .contains("mark of the snapshot before");
        assertThat(read("0/9 BEGIN 12", "0/9 " + BASE_MARK, "0/A COMMIT 12").fault())
                .get()
                .asString()
                .contains("not read to its end");
    }

    /** Any process may write messages; only the mark itself is one. */
    @Test
    void aMessageOfTheSiteIsNoMarkAndNoChange() {
        Decoding decoding = read(
                "0/1 message: transactional: 0 prefix: understudy, sz: 4 content:base",
                "0/2 BEGIN 13",
                "0/2 message: transactional: 1 prefix: site, sz: 4 content:table s.t: TRUNCATE: (no-flags)",
                "0/3 COMMIT 13",
                "0/9 BEGIN 30",
                "0/9 " + OWN_MARK,
                "0/A COMMIT 30");
        assertThat(decoding.fault()).get().asString().contains("mark of the snapshot before");
        assertThat(keys.of(T)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "table s.t: TRUNCATE: (no-flags)",
                "table s.t: DELETE: (no-tuple-data)",
                "table s.t: UPDATE: id[integer]:unchanged-toast-datum x[text]:'a'",
                "table s.t: INSERT: id[integer]:null",
                "table s.keyless, s.t: TRUNCATE: cascade"
            })
    void aChangeWithoutItsKeyMeansTheWholeTable(String change) {
        read(
                "0/1 BEGIN 12",
                "0/1 " + BASE_MARK,
                "0/2 COMMIT 12",
                "0/3 BEGIN 13",
                "0/3 table s.t: INSERT: id[integer]:9",
                "0/3 " + change,
                "0/3 table s.t: INSERT: id[integer]:10",
                "0/4 COMMIT 13");
        assertThat(keys.of(T).orElseThrow().whole()).isPresent();
        assertThat(keys.of(T).orElseThrow().keys()).isEmpty();
    }

    @Test
    void whatIsNotCarriedChangesTheArchive() {
        read("0/1 BEGIN 13", "0/3 table ext.config: INSERT: id[integer]:9", "0/4 COMMIT 13");
        assertThat(keys.othersChanged()).isTrue();
    }

    @Test
    void aLineThatIsTooLongNamesItsTable() {
        Decoding decoding = decoding();
        byte[] row = ("0/3\t13\ttable s.t: INSERT: id[integer]:9 x[text]:'" + "x".repeat(DecodedLines.LONGEST) + "'\n")
                .getBytes(StandardCharsets.UTF_8);
        DecodedLines lines = new DecodedLines(decoding);
        byte[] begin = "0/2\t13\tBEGIN 13\n".getBytes(StandardCharsets.UTF_8);
        lines.write(begin, 0, begin.length);
        lines.write(row, 0, row.length);
        assertThat(keys.of(T).orElseThrow().whole()).get().asString().contains("longer than");
    }

    @Test
    void tooManyKeysAreForgottenWithTheirTable() {
        Decoding decoding = decoding();
        decoding.line("0/1", "BEGIN 13", false);
        String wide = "k".repeat(4000);
        for (int i = 0; i < 8000; i++) {
            decoding.line("0/1", "table s.t: INSERT: id[text]:'" + wide + i + "'", false);
        }
        assertThat(keys.of(T).orElseThrow().whole()).get().asString().contains("too many");
    }

    /** The lines come in pieces of any size, with COPY's escapes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void linesComeInPieces(long seed) {
        Random random = new Random(seed);
        byte[] all =
                ("0/1\t13\tBEGIN 13\n0/1\t13\ttable s.t: INSERT: id[text]:'a\\\\b\\tc\\nd''e'\n0/2\t13\tCOMMIT 13\n")
                        .getBytes(StandardCharsets.UTF_8);
        DecodedLines lines = new DecodedLines(decoding());
        for (int at = 0; at < all.length; ) {
            int length = Math.min(all.length - at, 1 + random.nextInt(9));
            lines.write(all, at, length);
            at += length;
        }
        assertThat(keys.of(T).orElseThrow().keys()).containsExactly("a\\\\b\\tc\\nd'e");
        assertThat(KeyLine.values("a\\\\b\\tc\\nd'e")).containsExactly("a\\b\tc\nd'e");
    }

    /** Also when the lower 32 bits have begun again. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10:20:10,14 | 9 | true",
                "10:20:10,14 | 10 | false",
                "10:20:10,14 | 11 | true",
                "10:20:10,14 | 20 | false",
                "10:20:10,14 | 4294967290 | true",
                "4294967290:4294967300:4294967295 | 4294967295 | false",
                "4294967290:4294967300:4294967295 | 3 | true",
                "4294967290:4294967300:4294967295 | 4 | false",
                "4294967290:4294967295: | 3 | false",
                "4294967290:4294967300: | 4294967291 | true"
            })
    void aMomentSeesWhatHadEnded(String text, long xid, boolean seen) {
        assertThat(SeenTransactions.of(text).sees(xid)).isEqualTo(seen);
    }

    private Decoding decoding() {
        return new Decoding(
                Optional.of(SeenTransactions.of("10:10:")), "base", SeenTransactions.of("10:20:"), "own", keys);
    }

    private Decoding read(String... lines) {
        Decoding decoding = decoding();
        for (String line : lines) {
            int space = line.indexOf(' ');
            decoding.line(line.substring(0, space), line.substring(space + 1), false);
        }
        return decoding;
    }
}
