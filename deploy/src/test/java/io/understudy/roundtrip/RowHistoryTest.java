package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.failure.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code history}, by its command, on snapshots of a real server. */
@Tag("slow")
@Timeout(120)
class RowHistoryTest {
    private static final String SCHEMA = """
            CREATE TABLE note (id int PRIMARY KEY, text text);
            CREATE TABLE pair (a text, b text, n int, PRIMARY KEY (b, a));
            CREATE TABLE loose (a int);
            INSERT INTO note SELECT g, repeat(md5(g::text), 4) FROM generate_series(1, 30000) g;
            INSERT INTO pair VALUES ('x', 'y', 1), ('1,2', E'a\\tb', 2);
            """;

    @TempDir
    private Path state;

    @Tag("always")
    @Test
    void showsTheVersionsOfARowOldestFirst() throws IOException {
        RowSite site = new RowSite(state, SCHEMA);
        String first = site.take().moment().toString();
        site.take();
        site.sql("UPDATE note SET text = E'new\\ttext' WHERE id = 5; DELETE FROM note WHERE id = 7");
        String second = site.take().moment().toString();
        site.sql("DELETE FROM note WHERE id = 5");
        String third = site.take().moment().toString();
        site.sql("INSERT INTO note VALUES (5, NULL); CREATE TABLE other (a int)");
        String fourth = site.take().moment().toString();

        assertThat(site.run("history", "note", "5", "--json")).as(site::err).isZero();
        JsonNode json = new ObjectMapper().readTree(site.out());
        assertThat(json.path("key").toString()).isEqualTo("{\"id\":\"5\"}");
        assertThat(json.path("versions").findValuesAsText("from")).containsExactly(first, second, third, fourth);
        assertThat(json.path("versions").findValuesAsText("to")).containsExactly(second, third, fourth, "null");
        assertThat(json.path("versions").findValuesAsText("snapshot"))
                .containsExactly("00000001-00000001", "00000001-00000003", "00000001-00000004", "00000001-00000005");
        assertThat(json.path("versions").findValuesAsText("snapshots")).containsExactly("2", "1", "1", "1");
        assertThat(json.path("versions").findValuesAsText("deleted"))
                .containsExactly("false", "false", "true", "false");
        assertThat(json.path("versions").get(1).path("row").toString())
                .isEqualTo("{\"id\":\"5\",\"text\":\"new\\ttext\"}");
        assertThat(json.path("versions").get(3).path("row").toString()).isEqualTo("{\"id\":\"5\",\"text\":null}");

        assertThat(site.run("history", "public.note", "30000")).isZero();
        assertThat(site.out()).contains("to now  00000001-00000001  id='30000' text='");
        assertThat(site.out().lines()).hasSize(1);

        assertThat(site.run("history", "note", "30001")).isZero();
        assertThat(site.out()).isEmpty();
        assertThat(site.err()).contains("no snapshot of 5 has this row");
    }

    @Test
    void readsOnlyWhatIsNew() {
        RowSite site = new RowSite(state, SCHEMA);
        site.take();
        assertThat(site.run("history", "note", "5")).as(site::err).isZero();
        int one = site.opened();
        assertThat(one).isGreaterThan(5);
        for (int i = 0; i < 5; i++) {
            site.take();
        }
        assertThat(site.run("history", "note", "5")).isZero();
        assertThat(site.opened()).isEqualTo(one);
        site.sql("UPDATE note SET text = 'x' WHERE id = 30000");
        site.take();
        assertThat(site.run("history", "note", "5")).isZero();
        assertThat(site.opened() - one).isLessThan(one / 2);
    }

    @Test
    void findsKeysOfSeveralColumns() {
        RowSite site = new RowSite(state, SCHEMA);
        site.take();
        assertThat(site.run("history", "pair", "y,x")).isZero();
        assertThat(site.out()).contains("a='x' b='y' n='1'");
        assertThat(site.run("history", "pair", "{\"a\":\"1,2\",\"b\":\"a\\tb\"}"))
                .isZero();
        assertThat(site.out()).contains("n='2'");
        assertThat(site.run("history", "pair", "[\"a\\tb\",\"1,2\"]")).isZero();
        assertThat(site.out()).contains("n='2'");
    }

    @Test
    void showsRowsThatWereDeleted() throws IOException {
        RowSite site = new RowSite(state, SCHEMA);
        site.take();
        site.sql("DELETE FROM note WHERE id IN (3, 4); UPDATE note SET text = 'x' WHERE id = 6");
        site.take();
        site.sql("DELETE FROM note WHERE id = 6; INSERT INTO note VALUES (3, 'back'); ALTER TABLE note ADD more int");
        String third = site.take().moment().toString();

        assertThat(site.run("history", "--deleted", "note", "--json"))
                .as(site::err)
                .isZero();
        JsonNode rows = new ObjectMapper().readTree(site.out()).path("rows");
        assertThat(rows.findValuesAsText("id")).contains("3", "4", "6");
        assertThat(rows.findValuesAsText("last"))
                .containsExactly("00000001-00000001", "00000001-00000001", "00000001-00000002");
        assertThat(rows.get(2).path("row").toString()).isEqualTo("{\"id\":\"6\",\"text\":\"x\"}");
        assertThat(rows.get(2).path("deleted").asText()).isEqualTo(third);

        assertThat(site.run("history", "--deleted", "note", "--since", third)).isZero();
        assertThat(site.out().lines()).hasSize(1);
        assertThat(site.out()).contains("id='6'");
    }

    @Test
    void withoutATableItShowsThoseOfAllTablesThatAreKept() throws IOException {
        RowSite site = new RowSite(state, SCHEMA);
        site.take();
        refuses(
                site,
                "no table is named, and history.tables has none",
                "history --deleted TABLE",
                "history",
                "--deleted");
        site.tables("[{table: pair, keep: 90 days}, {table: note, keep: 90 days}, {table: never, keep: 9 days}]");
        site.sql("DELETE FROM note WHERE id = 3; DELETE FROM loose");
        String second = site.take().moment().toString();
        site.sql("DELETE FROM pair WHERE n = 1; DELETE FROM note WHERE id = 4");
        String third = site.take().moment().toString();
        assertThat(site.run("history", "--deleted", "--json")).as(site::err).isZero();
        JsonNode json = new ObjectMapper().readTree(site.out());
        assertThat(json.path("tables").toString()).isEqualTo("[\"public.pair\",\"public.note\",\"public.never\"]");
        assertThat(json.path("rows").findValuesAsText("deleted")).containsExactly(second, third, third);
        assertThat(json.path("rows").findValuesAsText("table"))
                .containsExactly("public.note", "public.pair", "public.note");
        assertThat(site.err()).contains("no snapshot of 3 has table public.never");
        assertThat(site.run("history", "--deleted", "--since", third)).isZero();
        assertThat(site.out().lines()).hasSize(2);
        assertThat(site.out()).contains("public.pair  a='x'");
    }

    @Test
    void wrongQuestionsGetAHint() {
        RowSite site = new RowSite(state, SCHEMA);
        site.take();
        refuses(site, "cannot find table public.nota", "did you mean public.note?", "history", "nota", "1");
        refuses(site, "cannot find table public.nota", "did you mean public.note?", "history", "--deleted", "nota");
        refuses(site, "the table has no primary key", "diff A B --rows public.loose", "history", "loose", "1");
        refuses(site, "its key has 2 columns, not 1", "for each of b,a", "history", "pair", "1");
        refuses(site, "aa is no column of its key", "did you mean a?", "history", "pair", "{\"aa\":1,\"b\":2}");
        refuses(site, "b of its key is missing", "its key is b,a", "history", "pair", "{\"a\":1}");
        refuses(site, "history shows one row", "history --deleted TABLE", "history", "note");
        refuses(
                site,
                "what is behind the @ is not a moment",
                "2 days ago",
                "history",
                "--deleted",
                "note",
                "--since",
                "x");
    }

    private static void refuses(RowSite site, String error, String hint, String... command) {
        assertThat(site.run(command)).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains(error, hint);
    }
}
