package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.failure.ErrorCode;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code restore-row}, by its command, on a database like Zotonic's: resources, edges between them, media, logins of
 * users, comments without a foreign key, and triggers that note each change.
 */
@Tag("slow")
@Timeout(180)
class RestoreRowTest {
    private static final String ZOTONIC = """
            CREATE TABLE rsc (
                id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, is_dependent boolean NOT NULL DEFAULT false,
                category_id int REFERENCES rsc (id) ON DELETE SET NULL, creator_id int REFERENCES rsc (id) ON DELETE SET NULL,
                props jsonb, title text GENERATED ALWAYS AS (props ->> 'title') STORED);
            CREATE TABLE edge (
                id serial PRIMARY KEY, subject_id int NOT NULL REFERENCES rsc (id) ON DELETE CASCADE,
                predicate text NOT NULL, object_id int NOT NULL REFERENCES rsc (id) ON DELETE CASCADE, seq int,
                UNIQUE (subject_id, predicate, object_id));
            CREATE TABLE medium (id int PRIMARY KEY REFERENCES rsc (id) ON DELETE CASCADE, filename text, size bigint);
            CREATE TABLE identity (
                id serial PRIMARY KEY, rsc_id int NOT NULL REFERENCES rsc (id) ON DELETE CASCADE, type text, key text);
            CREATE TABLE comment (id serial PRIMARY KEY, rsc_id int NOT NULL, message text);
            CREATE TABLE pivot_queue (rsc_id int);
            CREATE FUNCTION queue() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO pivot_queue VALUES (NEW.id); RETURN NEW; END $$;
            CREATE TRIGGER rsc_update_queue AFTER INSERT OR UPDATE ON rsc FOR EACH ROW EXECUTE FUNCTION queue();
            INSERT INTO rsc (name, creator_id, category_id, props) VALUES
                ('admin', 1, 2, '{"title": "Administrator"}'), ('text', 1, 2, '{"title": "Text"}'),
                ('article', 1, 2, '{"title": "It''s an article"}'), ('list', 1, 2, '{"title": "List"}'),
                ('picture', 1, 2, '{"title": "Old picture"}'), ('author', 1, 2, '{"title": "Author"}');
            UPDATE rsc SET is_dependent = true WHERE id = 5;
            INSERT INTO edge (subject_id, predicate, object_id, seq) VALUES
                (3, 'depiction', 5, 1), (4, 'haspart', 3, 1), (3, 'author', 6, 2), (4, 'author', 6, 1);
            INSERT INTO medium VALUES (5, E'2026/a\\\\b\\n.jpg', 100);
            INSERT INTO identity (rsc_id, type, key) VALUES (6, 'username_pw', 'author'), (1, 'username_pw', 'admin');
            INSERT INTO comment (rsc_id, message) VALUES (3, 'first'), (4, 'elsewhere'), (3, NULL);
            TRUNCATE pivot_queue;
            """;

    @TempDir
    private Path state;

    private RowSite site() {
        RowSite site = new RowSite(state, ZOTONIC);
        site.links("[{from: comment.rsc_id, to: rsc.id}]");
        return site;
    }

    /** All rows as text. */
    private static String rows(RowSite site) {
        StringBuilder all = new StringBuilder();
        for (String table : List.of("rsc", "edge", "medium", "identity", "comment", "pivot_queue")) {
            all.append(table).append('\n').append(site.sql("SELECT t FROM " + table + " t ORDER BY t::text"));
        }
        return all.toString();
    }

    private static void deleteArticle(RowSite site) {
        // As the site does it: a dependent resource goes with the last edge to it.
        site.sql("DELETE FROM comment WHERE rsc_id = 3; DELETE FROM rsc WHERE id IN (3, 5)");
    }

    @Tag("always")
    @Test
    void aDeletedResourceComesBackWithEdgesInBothDirectionsMediaAndDependents() {
        RowSite site = site();
        site.take();
        String before = rows(site);
        deleteArticle(site);
        site.take();

        assertThat(site.run("restore-row", "rsc", "3", "--with-dependents"))
                .as(site::err)
                .isZero();
        assertThat(rows(site)).isNotEqualTo(before);
        assertThat(site.out())
                .contains(
                        "-- public.rsc (id=3) as of ",
                        "-- comes back: public.edge (id=1)",
                        "-- comes back: public.edge (id=2)",
                        "-- comes back: public.medium (id=5)",
                        "SET LOCAL session_replication_role = replica;");
        site.sql(site.out());
        assertThat(rows(site)).isEqualTo(before);
        assertThat(site.run("restore-row", "rsc", "3", "--with-dependents")).isZero();
        assertThat(site.out()).contains("-- is there: public.rsc (id=3)").doesNotContain("BEGIN");
    }

    /** A row of a table that inherits may have the same key: its parent's primary key does not count there. */
    @Test
    void aRowOfATableThatInheritsStaysAsItIs() {
        RowSite site = new RowSite(state, """
                CREATE TABLE note (id int PRIMARY KEY, text text);
                CREATE TABLE kept () INHERITS (note);
                INSERT INTO note VALUES (5, 'first');
                INSERT INTO kept VALUES (5, 'other');
                """);
        site.take();
        site.sql("UPDATE ONLY note SET text = 'second'");
        assertThat(site.run("restore-row", "note", "5", "--replace", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT text FROM ONLY note")).isEqualTo("first");
        assertThat(site.sql("SELECT text FROM kept")).isEqualTo("other");
    }

    @Test
    void aKeyThatSeveralRowsHaveByNowReplacesNone() {
        RowSite site = new RowSite(
                state, "CREATE TABLE note (id int PRIMARY KEY, text text);" + " INSERT INTO note VALUES (5, 'first')");
        site.take();
        site.sql("ALTER TABLE note DROP CONSTRAINT note_pkey, ADD tenant int NOT NULL DEFAULT 1;"
                + " ALTER TABLE note ADD PRIMARY KEY (tenant, id); INSERT INTO note VALUES (5, 'of another', 2);"
                + " UPDATE note SET text = 'second' WHERE tenant = 1");
        assertThat(site.run("restore-row", "note", "5", "--replace", "--apply", "--yes"))
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("several rows with its id");
        assertThat(site.sql("SELECT string_agg(text, ',' ORDER BY tenant) FROM note"))
                .isEqualTo("second,of another");
    }

    /** A deleted user does not come back for a row that does not. */
    @Test
    void nothingIsStoredWhereTheRowItselfIsLeftOut() {
        RowSite site = site();
        site.take();
        site.sql("DELETE FROM rsc WHERE id IN (5, 6); INSERT INTO rsc (name, creator_id) VALUES ('picture', 1)");
        site.sql("ALTER TABLE rsc ALTER creator_id DROP DEFAULT");
        String before = rows(site);
        assertThat(site.run("restore-row", "rsc", "5", "--with-dependents", "--apply", "--yes"))
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("has its name");
        assertThat(rows(site)).isEqualTo(before);
    }

    @Test
    void aValueThatOthersReferToIsChangedUnderTheEyesOfTheDatabase() {
        RowSite site = new RowSite(state, """
                CREATE TABLE person (id int PRIMARY KEY, mail text UNIQUE);
                CREATE TABLE login (mail text REFERENCES person (mail));
                CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER seen AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION seen();
                INSERT INTO person VALUES (1, 'old');
                """);
        site.take();
        site.sql("UPDATE person SET mail = 'new'; INSERT INTO login VALUES ('new')");
        assertThat(site.run("restore-row", "person", "1", "--replace", "--apply", "--yes"))
                .isNotZero();
        assertThat(site.sql("SELECT mail FROM person")).isEqualTo("new");
    }

    @Test
    void theNewestVersionOfADependentComesBackNotTheOldest() {
        RowSite site = site();
        site.take();
        site.sql("UPDATE rsc SET props = '{\"title\": \"New picture\"}' WHERE id = 5; UPDATE medium SET size = 200");
        site.take();
        String before = rows(site);
        deleteArticle(site);
        site.take();
        assertThat(site.run("restore-row", "rsc", "3", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        site.sql("TRUNCATE pivot_queue; INSERT INTO pivot_queue VALUES (5)");
        assertThat(rows(site)).isEqualTo(before);
    }

    @Test
    void aMissingParentHasItsNewestVersionEvenWhereTheRowIsOlder() {
        RowSite site = site();
        site.take();
        site.sql("DELETE FROM rsc WHERE id = 3");
        site.take();
        site.sql("UPDATE rsc SET props = '{\"title\": \"New picture\"}' WHERE id = 5");
        site.take();
        site.sql("DELETE FROM rsc WHERE id = 5");
        site.take();
        assertThat(site.run("restore-row", "edge", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT title FROM rsc WHERE id = 5")).isEqualTo("New picture");
        assertThat(site.sql("SELECT title FROM rsc WHERE id = 3")).isEqualTo("It's an article");
        assertThat(site.sql("SELECT count(*) FROM edge WHERE id = 1")).isEqualTo("1");
        assertThat(site.sql("SELECT count(*) FROM medium")).isEqualTo("0");
    }

    @Test
    void aUserComesBackWithTheLoginAsItWasThen() throws IOException {
        RowSite site = site();
        String then = site.take().moment().toString();
        site.sql(
                "UPDATE rsc SET props = '{\"title\": \"Renamed\"}' WHERE id = 6; UPDATE identity SET key = 'x' WHERE id = 1");
        site.take();
        site.sql("DELETE FROM rsc WHERE id = 6");
        assertThat(site.run("restore-row", "rsc", "6", "--at", then, "--with-dependents", "--apply", "--yes", "--json"))
                .as(site::err)
                .isZero();
        JsonNode json = new ObjectMapper().readTree(site.out());
        assertThat(json.path("snapshot").asText()).isEqualTo("00000001-00000001");
        assertThat(json.path("applied").asBoolean()).isTrue();
        assertThat(json.path("rows").findValuesAsText("action"))
                .containsOnly("insert")
                .hasSize(4);
        assertThat(site.sql("SELECT title FROM rsc WHERE id = 6")).isEqualTo("Author");
        assertThat(site.sql("SELECT key FROM identity WHERE rsc_id = 6")).isEqualTo("author");
        assertThat(site.sql("SELECT count(*) FROM edge WHERE object_id = 6")).isEqualTo("2");
        assertThat(site.sql("SELECT count(*) FROM pivot_queue")).isEqualTo("1");
    }

    @Test
    void nothingIsOverwrittenWithoutReplace() throws IOException {
        RowSite site = site();
        site.take();
        site.sql("UPDATE rsc SET props = NULL WHERE id = 3; DELETE FROM edge WHERE id = 1; TRUNCATE pivot_queue");
        String before = rows(site);
        assertThat(site.run("restore-row", "rsc", "3", "--apply", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("has it with other values of props", "--replace overwrites them");
        assertThat(rows(site)).isEqualTo(before);

        assertThat(site.run("restore-row", "rsc", "3", "--with-dependents", "--apply", "--yes", "--json"))
                .as(site::err)
                .isZero();
        JsonNode row = new ObjectMapper().readTree(site.out()).path("rows").get(0);
        assertThat(row.path("action").asText()).isEqualTo("conflict");
        assertThat(row.path("differs").toString()).isEqualTo("[\"props\"]");
        assertThat(site.sql("SELECT props FROM rsc WHERE id = 3")).isEmpty();
        assertThat(site.sql("SELECT count(*) FROM edge WHERE id = 1")).isEqualTo("1");

        assertThat(site.run("restore-row", "rsc", "3", "--replace", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT title FROM rsc WHERE id = 3")).isEqualTo("It's an article");
        assertThat(site.sql("SELECT count(*) FROM pivot_queue")).isEqualTo("0");
    }

    @Test
    void whatWasMadeAgainByHandIsLeftAsItIs() {
        RowSite site = site();
        site.take();
        deleteArticle(site);
        site.sql("INSERT INTO rsc (name) VALUES ('picture')");
        assertThat(site.run("restore-row", "rsc", "3", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err())
                .contains(
                        "left out: public.rsc (id=5): another row (name=picture, id=7) has its name",
                        "left out: public.edge (id=1): it refers to public.rsc (id=5), which is left out");
        assertThat(site.sql("SELECT string_agg(id::text, ',' ORDER BY id) FROM edge"))
                .isEqualTo("2,3,4");
        assertThat(site.run("restore-row", "rsc", "5", "--replace", "--apply", "--yes"))
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("cannot restore public.rsc (id=5): another row");
    }

    @Test
    void triggersRunWhereTheUserMayNotPreventIt() {
        RowSite site = site();
        site.as("rows_owner");
        site.take();
        String before = rows(site);
        deleteArticle(site);
        assertThat(site.run("restore-row", "rsc", "3", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err())
                .contains("triggers of public.rsc run for these rows (rsc_update_queue): "
                        + "database.user may not set session_replication_role");
        assertThat(site.sql("SELECT string_agg(rsc_id::text, ',' ORDER BY rsc_id) FROM pivot_queue"))
                .isEqualTo("3,5");
        site.sql("TRUNCATE pivot_queue");
        assertThat(rows(site)).isEqualTo(before);
    }

    @Test
    void rowsInACircleComeBack() {
        RowSite site = new RowSite(state, """
                CREATE TABLE a (id int PRIMARY KEY, b int);
                CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a (id));
                ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (id);
                CREATE TABLE part (day int, id int, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
                CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
                CREATE TABLE leaf (id int PRIMARY KEY, day int, part int, FOREIGN KEY (day, part) REFERENCES part (day, id));
                INSERT INTO a VALUES (1, NULL); INSERT INTO b VALUES (2, 1); UPDATE a SET b = 2;
                INSERT INTO part VALUES (5, 7); INSERT INTO leaf VALUES (1, 5, 7);
                """);
        site.as("circle_owner");
        site.take();
        site.sql("UPDATE a SET b = NULL; DELETE FROM b; DELETE FROM a; DELETE FROM leaf; DELETE FROM part");
        assertThat(site.run("restore-row", "a", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT a.b, b.a FROM a, b")).isEqualTo("2|1");
        site.sql("ALTER TABLE a ALTER b SET NOT NULL; ALTER TABLE a DROP CONSTRAINT a_b_fkey;"
                + " ALTER TABLE a ADD CONSTRAINT circle FOREIGN KEY (b) REFERENCES b (id); BEGIN;"
                + " SET LOCAL session_replication_role = replica; DELETE FROM a; DELETE FROM b; COMMIT");
        assertThat(site.run("restore-row", "a", "1", "--apply", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err())
                .contains("cannot restore public.a (id=1): it refers to public.b (id=2), which is left out");
        site.sql("ALTER TABLE a ALTER CONSTRAINT circle DEFERRABLE");
        assertThat(site.run("restore-row", "a", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT a.b, b.a FROM a, b")).isEqualTo("2|1");
        assertThat(site.run("restore-row", "leaf", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT * FROM part")).isEqualTo("5|7");
    }

    @Test
    void columnsThatAreGoneAreLeftOut() {
        RowSite site = site();
        site.take();
        site.sql("DELETE FROM comment WHERE id = 1; ALTER TABLE comment DROP message, ADD more text DEFAULT 'd'");
        assertThat(site.run("restore-row", "comment", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err()).contains("column message of public.comment is left out");
        assertThat(site.sql("SELECT * FROM comment WHERE id = 1")).isEqualTo("1|3|d");
    }

    @Test
    void theScriptFailsWhereARowThatItNeedsIsGone() {
        RowSite site = site();
        site.take();
        site.sql("DELETE FROM rsc WHERE id = 5");
        assertThat(site.run("restore-row", "rsc", "5")).as(site::err).isZero();
        String script = site.out();
        site.sql(
                "ALTER TABLE rsc DISABLE TRIGGER ALL; DELETE FROM rsc WHERE id = 2; ALTER TABLE rsc ENABLE TRIGGER ALL");
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> site.sql(script)))
                .hasMessageContaining("public.rsc (id=2) is gone");
        assertThat(site.sql("SELECT count(*) FROM rsc WHERE id = 5")).isEqualTo("0");
    }

    /** Rows may be erased later, so no key is kept of them. */
    @Test
    void whatIsStoredIsAuditedWithoutItsKey() throws IOException {
        RowSite site = site();
        site.take();
        site.sql("DELETE FROM rsc WHERE id = 5");
        Path audit = StateEntry.AUDIT.in(site.settings().state());
        assertThat(site.run("restore-row", "rsc", "5")).as(site::err).isZero();
        assertThat(audit).as("printed alone").doesNotExist();

        assertThat(site.run("restore-row", "rsc", "5", "--apply", "--yes"))
                .as(site::err)
                .isZero();

        assertThat(Files.readAllLines(audit))
                .hasSize(2)
                .allMatch(line -> line.contains("restore-row"))
                .anyMatch(line -> line.contains("public.rsc") && line.contains("asked"))
                .anyMatch(line -> line.contains("done"))
                .noneMatch(line -> line.contains("id=5") || line.contains("\"key\""));
    }

    @Test
    void wrongRequestsGetAHint() {
        RowSite site = site();
        site.take();
        refuses(site, "cannot find table public.rcs: the database has none", "did you mean public.rsc?", "rcs", "1");
        refuses(site, "no snapshot has it", "history --deleted public.rsc", "rsc", "99");
        refuses(site, "no snapshot up to 2001-01-01 has this table", "list", "rsc", "3", "--at", "2001-01-01");
        site.sql("DELETE FROM rsc WHERE id = 3");
        assertThat(site.run("restore-row", "rsc", "3", "--apply")).isEqualTo(ErrorCode.CONFIRMATION_NEEDED.exitCode());
        site.links("[{from: comment.rscid, to: rsc.id}]");
        assertThat(site.run("restore-row", "rsc", "3")).isEqualTo(ErrorCode.CONFIG_INVALID.exitCode());
        assertThat(site.err()).contains("public.comment has no column rscid", "did you mean rsc_id?");
        site.links("[{from: commend.rsc_id, to: rsc.id}]");
        assertThat(site.run("restore-row", "rsc", "3")).isEqualTo(ErrorCode.CONFIG_INVALID.exitCode());
        assertThat(site.err()).contains("the database has no table public.commend", "did you mean public.comment?");
        site.links("[{from: comment, to: rsc.id}]");
        assertThat(site.run("restore-row", "rsc", "3")).isEqualTo(ErrorCode.CONFIG_INVALID.exitCode());
        assertThat(site.err()).contains("history.links[1].from must be table.column");
    }

    private static void refuses(RowSite site, String error, String hint, String table, String... more) {
        List<String> all = new java.util.ArrayList<>(List.of("restore-row", table));
        all.addAll(List.of(more));
        assertThat(site.run(all.toArray(String[]::new))).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains(error, hint);
    }
}
