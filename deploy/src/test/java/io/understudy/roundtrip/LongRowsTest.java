package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.DatabaseNames;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows that are longer than all of the agent's memory. Without the system property {@code understudy.long.rows} the
 * heap and the rows are about half as large; with it the heap is the one that the launcher gives
 * ({@code deploy/soak --long-rows}).
 */
@Tag("slow")
@Timeout(600)
class LongRowsTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final boolean AS_SHIPPED = Boolean.getBoolean("understudy.long.rows");
    private static final long MOST_MIB = AS_SHIPPED ? 480 : 330;
    private static final int LENGTH = AS_SHIPPED ? 87_000_000 : 45_000_000;

    private final PostgresServer server = PostgresServer.shared();

    @TempDir
    private Path folder;

    /**
     * Two rows of two fifths of the heap side by side, one of which the text is twice as long, one that is longer than
     * the heap, and more workers than there is memory.
     */
    @Test
    void rowsThatAreLongerThanTheHeapPass() throws IOException {
        String source = server.createDatabase("long_rows");
        server.psql(source, """
                CREATE TABLE first (t text); ALTER TABLE first ALTER t SET STORAGE EXTERNAL;
                CREATE TABLE second (LIKE first INCLUDING STORAGE);
                CREATE TABLE longest (LIKE first INCLUDING STORAGE);
                CREATE TABLE bytes (b bytea); ALTER TABLE bytes ALTER b SET STORAGE EXTERNAL;
                INSERT INTO first SELECT string_agg(md5(g::text), '') FROM generate_series(1, %d) g;
                INSERT INTO second SELECT reverse(t) FROM first;
                INSERT INTO longest SELECT f.t || s.t || f.t FROM first f, second s;
                INSERT INTO bytes SELECT t::bytea FROM first;
                """.formatted(LENGTH / 32));
        for (int table = 0; table < 4; table++) {
            server.psql(
                    source,
                    "CREATE TABLE more_" + table + " (LIKE first INCLUDING STORAGE); INSERT INTO more_" + table
                            + " SELECT substr(t, " + (1 + table * 100) + ", " + LENGTH * 2 / 5 + ") FROM first;");
        }
        for (String step : List.of("snapshot", "fetch", "load")) {
            Outcome outcome = run(step, source, 10);
            assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
            assertThat(Long.parseLong(outcome.output().strip())).as(step).isLessThan(MOST_MIB);
        }
        String spare = DatabaseNames.of(source).spare();
        for (String table : List.of("second", "longest", "bytes", "more_3")) {
            String sum = "SELECT md5(x::text) FROM " + table + " x";
            assertThat(server.psql(spare, sum)).as(table).isEqualTo(server.psql(source, sum));
        }
        server.dropDatabase(spare);
        server.dropDatabase(source);
    }

    private Outcome run(String step, String database, int connections) throws IOException {
        List<Object> words = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        words.addAll(shipped());
        words.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                LongRowsAgent.class.getName(),
                step,
                folder.toString(),
                server.host(),
                Integer.toString(server.port()),
                server.password(),
                database,
                Integer.toString(connections)));
        return Program.of(words.get(0), words.subList(1, words.size()).toArray())
                .run(LIMIT);
    }

    /** The launcher's own options of the Java machine that are of its memory. */
    private static List<String> shipped() throws IOException {
        String launcher = Files.readString(Path.of("bin/agent"));
        Matcher heap = Pattern.compile("(?m)^heap=\"(.*)\"$").matcher(launcher);
        assertThat(heap.find()).isTrue();
        String exec = launcher.replace("$heap", heap.group(1));
        assertThat(exec).contains(" -Xmx224m ");
        return Stream.of(exec.substring(exec.lastIndexOf("exec \"$java\"")).split("\\s+"))
                .filter(word -> word.startsWith("-X") || word.startsWith("-Djdk"))
                .map(word -> AS_SHIPPED ? word : word.replace("-Xmx224m", "-Xmx128m"))
                .toList();
    }
}
