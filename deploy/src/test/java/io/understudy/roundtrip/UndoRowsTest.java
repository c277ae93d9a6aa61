package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.history.RowNoteStates;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore-row --undo} takes back what {@code --apply} stored, and nothing that the site did since. */
@Tag("slow")
@Timeout(180)
class UndoRowsTest {
    private static final String SCHEMA = """
            CREATE TABLE rsc (
                id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE,
                creator_id int REFERENCES rsc (id) ON DELETE SET NULL,
                props jsonb, title text GENERATED ALWAYS AS (props ->> 'title') STORED);
            CREATE TABLE edge (
                subject_id int NOT NULL REFERENCES rsc (id) ON DELETE CASCADE, object_id int NOT NULL REFERENCES rsc (id)
                ON DELETE CASCADE, seq int, PRIMARY KEY (subject_id, object_id));
            CREATE TABLE comment (id serial PRIMARY KEY, rsc_id int NOT NULL, message text);
            CREATE TABLE word (rsc_id int REFERENCES rsc (id) ON DELETE CASCADE, word text, data json);
            CREATE TABLE queue (rsc_id int);
            CREATE FUNCTION queue() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO public.queue VALUES (1); RETURN coalesce(NEW, OLD); END $$;
            CREATE TRIGGER queue AFTER INSERT OR UPDATE OR DELETE ON rsc FOR EACH ROW EXECUTE FUNCTION queue();
            INSERT INTO rsc (name, creator_id, props) VALUES
                ('admin', 1, '{"title": "Admin"}'), ('text', 1, '{"title": "Text"}'), ('article', 2, '{"title": "It''s"}');
            INSERT INTO edge VALUES (3, 1, 1), (1, 3, 2), (1, 2, 3);
            INSERT INTO comment (rsc_id, message) VALUES (3, 'first'), (3, E'tab\\there'), (1, 'elsewhere');
            INSERT INTO word VALUES (3, 'a', '{"x": 1}'), (3, 'a', NULL), (3, 'b', NULL), (1, 'a', NULL);
            TRUNCATE queue;
            """;

    @TempDir
    private Path state;

    private RowSite site;

    @BeforeEach
    void anArticleThatASnapshotHas() {
        site = new RowSite(state, SCHEMA);
        site.links("[{from: comment.rsc_id, to: rsc.id}]");
        site.take();
    }

    private String rows() {
        StringBuilder all = new StringBuilder();
        for (String table : List.of("rsc", "edge", "comment", "word", "queue")) {
            all.append(table).append('\n').append(site.sql("SELECT t FROM " + table + " t ORDER BY t::text"));
        }
        return all.toString();
    }

    private void deleteArticle() {
        site.sql("DELETE FROM comment WHERE rsc_id = 3; DELETE FROM rsc WHERE id = 3; TRUNCATE queue");
    }

    private void apply(String... more) {
        run(
                more.length == 0
                        ? new String[] {"restore-row", "rsc", "3", "--with-dependents", "--apply", "--yes"}
                        : more);
    }

    private void run(String... arguments) {
        assertThat(site.run(arguments)).as(site::err).isZero();
    }

    private void refused(ErrorCode code, String... arguments) {
        assertThat(site.run(arguments)).as(site.out() + site.err()).isEqualTo(code.exitCode());
    }

    @Tag("always")
    @Test
    void rowsThatCameAreDeletedWithTheirDependents() throws IOException {
        deleteArticle();
        String without = rows();
        apply();
        assertThat(site.err()).contains("restore-row --undo 1 takes it back");
        assertThat(site.sql("SELECT count(*) FROM word")).isEqualTo("4");
        String with = rows();

        refused(ErrorCode.CONFIRMATION_NEEDED, "restore-row", "--undo");
        assertThat(site.err())
                .contains(
                        "restore-row 1 of ",
                        ": public.rsc from snapshot 00000001-00000001",
                        "is deleted: public.rsc (id=3)",
                        "is deleted: public.edge (subject_id=1, object_id=3)",
                        "sequences stay where they are");
        assertThat(rows()).isEqualTo(with);

        run("restore-row", "--undo", "--yes");
        assertThat(site.out()).contains("restore-row 1 is taken back: 8 rows are deleted, 0 have their old values");
        assertThat(rows()).isEqualTo(without);
        // The number is not given to another row.
        assertThat(site.sql("INSERT INTO rsc (name) VALUES ('next') RETURNING id"))
                .isEqualTo("4");

        // Once. What it held is gone.
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
        assertThat(site.err()).contains("cannot take restore-row 1 back: it is taken back already", "no other one");
        Path note = StateEntry.RESTORED_ROWS.in(site.stateFolder()).resolve("00000001.json");
        assertThat(Files.readString(note)).doesNotContain("edge");
        // And the row comes back again.
        apply();
        run("restore-row", "--undo", "2", "--yes", "--json");
        assertThat(site.out())
                .contains("\"undo\":2", "{\"table\":\"public.rsc\",\"key\":{\"id\":\"3\"},\"action\":\"delete\"");
    }

    @Test
    void rowsThatWereOverwrittenGetTheirOldValuesBack() {
        site.sql("UPDATE rsc SET props = '{\"title\": \"New\\u00e9\\t\"}', name = NULL, creator_id = NULL WHERE id = 3;"
                + " UPDATE edge SET seq = 9 WHERE subject_id = 3; DELETE FROM comment WHERE id = 2; TRUNCATE queue");
        String before = rows();
        apply("restore-row", "rsc", "3", "--with-dependents", "--replace", "--apply", "--yes", "--json");
        assertThat(site.out()).contains("\"undo\":1");
        assertThat(site.sql("SELECT title FROM rsc WHERE id = 3")).isEqualTo("It's");
        String after = rows();
        assertThat(after).isNotEqualTo(before);
        run("restore-row", "--undo", "latest", "--yes");
        assertThat(site.err())
                .contains(
                        "gets its old values back: public.rsc (id=3) (name, creator_id, props)",
                        "gets its old values back: public.edge (subject_id=3, object_id=1) (seq)");
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void whatTheSiteChangedSinceStaysUnlessItIsAskedFor() {
        deleteArticle();
        String without = rows();
        apply();
        site.sql("UPDATE rsc SET name = 'renamed' WHERE id = 3; DELETE FROM comment WHERE id = 1; TRUNCATE queue");
        String changed = rows();
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
        assertThat(site.err())
                .contains("1 rows were changed since: public.rsc (id=3) (name)", "--replace takes them back")
                .doesNotContain("comment");
        assertThat(rows()).isEqualTo(changed);
        run("restore-row", "--undo", "--replace", "--yes");
        assertThat(site.err()).contains("is as before: public.comment (id=1)");
        assertThat(rows()).isEqualTo(without);
    }

    @Test
    void anOverwrittenRowThatWasDeletedSinceDoesNotComeBack() {
        site.sql("UPDATE edge SET seq = 9 WHERE subject_id = 3");
        apply("restore-row", "edge", "3,1", "--replace", "--apply", "--yes");
        site.sql("DELETE FROM edge WHERE subject_id = 3");
        String now = rows();
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
        assertThat(site.err()).contains("public.edge (subject_id=3, object_id=1) (it was deleted since)");
        run("restore-row", "--undo", "--yes", "--replace");
        assertThat(site.err()).contains("stays as it is: public.edge (subject_id=3, object_id=1): it was deleted");
        assertThat(rows()).isEqualTo(now);
    }

    /** A foreign key would delete the site's rows, or empty their columns. */
    @Test
    void noRowGoesThatOthersReferTo() {
        deleteArticle();
        String without = rows();
        apply();
        site.sql("INSERT INTO edge VALUES (2, 3, 1); UPDATE rsc SET creator_id = 3 WHERE id = 2;"
                + " INSERT INTO comment (rsc_id, message) VALUES (3, 'new'); TRUNCATE queue");
        String now = rows();
        for (List<String> more : List.of(List.of("--yes"), List.of("--yes", "--replace"))) {
            List<String> all = new java.util.ArrayList<>(List.of("restore-row", "--undo"));
            all.addAll(more);
            refused(ErrorCode.USAGE, all.toArray(String[]::new));
            assertThat(site.err())
                    .contains(
                            "2 rows would point to nothing",
                            "public.edge (object_id=3) refers to public.rsc (id=3)",
                            "public.rsc (creator_id=3) refers to public.rsc (id=3)",
                            "delete these first");
            assertThat(rows()).isEqualTo(now);
        }
        site.sql("DELETE FROM edge WHERE subject_id = 2; UPDATE rsc SET creator_id = 1 WHERE id = 2; TRUNCATE queue");
        run("restore-row", "--undo", "--yes");
        // A link without a foreign key hinders nothing.
        assertThat(site.err())
                .contains("public.comment (rsc_id=3) refers to public.rsc (id=3), and will point to nothing");
        site.sql("DELETE FROM comment WHERE message = 'new'");
        assertThat(rows()).isEqualTo(without);
    }

    /** Each takes back what it stored itself; the later one first. */
    @Test
    void oneOfSeveralIsNamedByItsNumber() {
        deleteArticle();
        String without = rows();
        apply("restore-row", "rsc", "3", "--apply", "--yes");
        String one = rows();
        apply("restore-row", "edge", "3,1", "--apply", "--yes");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "1", "--yes");
        assertThat(site.err()).contains("public.edge (subject_id=3) refers to public.rsc (id=3)");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "7", "--yes");
        assertThat(site.err())
                .contains("this server keeps no note of it", "by their numbers: 2 (", "public.edge, 1 rows");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "lates", "--yes");
        assertThat(site.err()).contains("did you mean latest?");
        run("restore-row", "--undo", "2", "--yes");
        assertThat(rows()).isEqualTo(one);
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
        assertThat(site.err()).contains("restore-row 2 back: it is taken back already", "numbers: 1 (");
        run("restore-row", "--undo", "1", "--yes");
        assertThat(rows()).isEqualTo(without);
    }

    @Test
    void rowsThatReferToEachOtherInACircleGo() {
        RowSite circle = new RowSite(state, """
                CREATE SCHEMA "My.shop";
                CREATE TABLE "My.shop"."Order" (id int PRIMARY KEY, line int);
                CREATE TABLE "My.shop".line (id int PRIMARY KEY, "order" int NOT NULL REFERENCES "My.shop"."Order");
                ALTER TABLE "My.shop"."Order" ADD FOREIGN KEY (line) REFERENCES "My.shop".line;
                INSERT INTO "My.shop"."Order" VALUES (1, NULL), (2, NULL);
                INSERT INTO "My.shop".line VALUES (10, 1);
                UPDATE "My.shop"."Order" SET line = 10 WHERE id = 1;
                """);
        circle.take();
        String delete = "UPDATE \"My.shop\".\"Order\" SET line = NULL; DELETE FROM \"My.shop\".line;"
                + " DELETE FROM \"My.shop\".\"Order\" WHERE id = 1";
        circle.sql(delete);
        // A schema with a dot in its name cannot be written; its rows come back with others.
        circle.sql("CREATE TABLE public.head (id int PRIMARY KEY REFERENCES \"My.shop\".\"Order\")");
        circle.sql("INSERT INTO \"My.shop\".\"Order\" VALUES (1, NULL); INSERT INTO \"My.shop\".line VALUES (10, 1);"
                + " UPDATE \"My.shop\".\"Order\" SET line = 10 WHERE id = 1; INSERT INTO head VALUES (1)");
        circle.take();
        circle.sql("DELETE FROM head; " + delete);
        assertThat(circle.run("restore-row", "head", "1", "--apply", "--yes"))
                .as(circle::err)
                .isZero();
        String orders = "SELECT count(line), count(*) FROM \"My.shop\".\"Order\"";
        assertThat(circle.sql(orders)).isEqualTo("1|2");
        assertThat(circle.run("restore-row", "--undo", "--yes")).as(circle::err).isZero();
        assertThat(circle.sql(orders)).isEqualTo("0|1");
        assertThat(circle.sql("SELECT count(*) FROM \"My.shop\".line")).isEqualTo("0");
        assertThat(circle.sql("SELECT count(*) FROM head")).isEqualTo("0");
    }

    @Test
    void aTableWhoseColumnsChangedOrThatIsGoneIsRefused() {
        site.sql("DELETE FROM word WHERE rsc_id = 3; UPDATE edge SET seq = 9 WHERE subject_id = 3;"
                + " UPDATE rsc SET name = 'x' WHERE id = 3");
        apply("restore-row", "rsc", "3", "--with-dependents", "--replace", "--apply", "--yes");
        site.sql("ALTER TABLE edge ADD note text DEFAULT 'n'; DROP TABLE word");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
        assertThat(site.err())
                .contains(
                        "public.edge (subject_id=3, object_id=1) (its table has other columns)",
                        "public.word (rsc_id=3) (its table is not in the database any more)");
        run("restore-row", "--undo", "--yes", "--replace");
        assertThat(site.sql("SELECT seq, note FROM edge WHERE subject_id = 3")).isEqualTo("9|n");
        assertThat(site.sql("SELECT name FROM rsc WHERE id = 3")).isEqualTo("x");
    }

    @Test
    void whatIsNotItsIsRefused() {
        refused(ErrorCode.USAGE, "restore-row", "--undo");
        assertThat(site.err()).contains("cannot take restore-row back: this server stored none");
        refused(ErrorCode.USAGE, "restore-row", "rsc", "3", "--undo");
        assertThat(site.err()).contains("cannot use --undo with a table and a key");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--with-dependents");
        assertThat(site.err()).contains("cannot use --undo with --at,");
        refused(ErrorCode.USAGE, "restore-row", "rsc");
        assertThat(site.err()).contains("KEY is missing");
        refused(ErrorCode.USAGE, "restore-row");
        assertThat(site.err()).contains("TABLE and KEY are missing");
        // What prints SQL alone is none.
        run("restore-row", "rsc", "3");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
    }

    @Test
    void theAuditFileHasItWithoutAKey() throws IOException {
        deleteArticle();
        apply();
        site.sql("UPDATE rsc SET name = 'renamed' WHERE id = 3");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
        run("restore-row", "--undo", "1", "--replace", "--yes");
        List<String> lines = Files.readAllLines(StateEntry.AUDIT.in(site.stateFolder()));
        // A refusal before the question asks for nothing.
        assertThat(lines).hasSize(4);
        assertThat(lines.get(2)).contains("restore-row --undo", "\\\"undo\\\":1", "\\\"rows\\\":8", "replace\\\":true");
        assertThat(lines.get(3)).contains("\"outcome\":\"done\"");
        assertThat(String.join("\n", lines)).doesNotContain("id=3");
    }

    /** Its rows look as those that were stored, and are others. */
    @Test
    void anotherDatabaseOfThatNameIsNotTouched() {
        String other = site.newName();
        site.restore(1, other);
        site.sqlOf(other, "DELETE FROM rsc WHERE id = 3");
        apply("restore-row", "rsc", "3", "--apply", "--yes", "--database", other);
        site.sqlOfServer("DROP DATABASE " + other);
        site.restore(1, other);
        site.sqlOf(other, "DELETE FROM edge; DELETE FROM word");
        for (boolean unsettled : List.of(false, true)) {
            if (unsettled) {
                RowNoteStates.unsettled(site.stateFolder(), 1, true, 4_000_000_000_000L);
            }
            refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes", "--replace");
            assertThat(site.err())
                    .contains(
                            "cannot take restore-row 1 back",
                            "is another database now than the one in which it stored rows");
        }
        assertThat(site.sqlOf(other, "SELECT count(*) FROM rsc")).isEqualTo("3");
    }

    @Test
    void whatIsTooLargeToNoteIsStoredAndSaysThatItStays() {
        site.sql("UPDATE comment SET message = repeat('x', 9000000) WHERE id = 1");
        apply("restore-row", "comment", "1", "--replace", "--apply", "--yes");
        assertThat(site.err())
                .contains(
                        "--undo will not take this back: more than 5000 rows, 100000 values or 8 MiB",
                        "restore-row --undo does not take it back");
        assertThat(site.sql("SELECT message FROM comment WHERE id = 1")).isEqualTo("first");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
        assertThat(site.err()).contains("cannot take restore-row 1 back: it stored more than 5000 rows");

        // The largest that fits is read again.
        site.sql("UPDATE comment SET message = repeat('y', 8000000) WHERE id = 1");
        apply("restore-row", "comment", "1", "--replace", "--apply", "--yes");
        run("restore-row", "--undo", "--yes");
        assertThat(site.sql("SELECT length(message) FROM comment WHERE id = 1")).isEqualTo("8000000");
    }

    @Test
    void moreRowsThanANoteHoldsAreStoredAndStay() {
        site.sql("INSERT INTO comment (rsc_id, message) SELECT 3, 'many' FROM generate_series(1, 5000)");
        site.take();
        site.sql("DELETE FROM comment");
        apply("restore-row", "rsc", "3", "--with-dependents", "--apply", "--yes");
        assertThat(site.err()).contains("--undo will not take this back: more than 5000 rows");
        assertThat(site.sql("SELECT count(*) FROM comment")).isEqualTo("5002");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "1", "--yes");
    }

    /** Without a key a row is known by its values alone: with another column it may be another one. */
    @Test
    void aRowWithoutAKeyStaysWhereItsTableHasOtherColumns() {
        site.sql("DELETE FROM word WHERE rsc_id = 3");
        apply("restore-row", "rsc", "3", "--with-dependents", "--apply", "--yes");
        site.sql("ALTER TABLE word ADD note text; UPDATE word SET note = 'mine'");
        refused(ErrorCode.USAGE, "restore-row", "--undo", "--yes");
        assertThat(site.err()).contains("public.word (rsc_id=3) (its table has other columns");
        run("restore-row", "--undo", "--yes", "--replace");
        assertThat(site.sql("SELECT count(*) FROM word")).isEqualTo("4");
    }

    @Test
    void aRowThatMovedToAnotherPartitionIsNotTakenForOneThatIsGone() {
        RowSite parts = new RowSite(state, """
                CREATE TABLE area (id int PRIMARY KEY, size int) PARTITION BY RANGE (id);
                CREATE TABLE area_1 PARTITION OF area FOR VALUES FROM (1) TO (100);
                INSERT INTO area VALUES (1, 1), (2, 2);
                """);
        parts.take();
        parts.sql("DELETE FROM area WHERE id = 1");
        assertThat(parts.run("restore-row", "area_1", "1", "--apply", "--yes"))
                .as(parts::err)
                .isZero();
        parts.sql(
                "BEGIN; CREATE TABLE area_0 (LIKE area); INSERT INTO area_0 VALUES (1, 1); DELETE FROM area WHERE id = 1;"
                        + " ALTER TABLE area DETACH PARTITION area_1;"
                        + " CREATE TABLE area_2 PARTITION OF area FOR VALUES FROM (50) TO (100);"
                        + " ALTER TABLE area ATTACH PARTITION area_0 FOR VALUES FROM (-5) TO (2);"
                        + " ALTER TABLE area ATTACH PARTITION area_1 FOR VALUES FROM (2) TO (50); COMMIT");
        assertThat(parts.run("restore-row", "--undo", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(parts.err()).contains("public.area_1 (id=1) (it lies in another partition by now)");
        assertThat(parts.run("restore-row", "--undo", "--yes", "--replace"))
                .as(parts::err)
                .isZero();
        assertThat(parts.err()).contains("stays as it is: public.area_1 (id=1): it lies in another partition");
        assertThat(parts.sql("SELECT count(*) FROM area")).isEqualTo("2");
    }

    /** Another database of the server. */
    @Test
    void rowsOfAnotherDatabaseGoThere() {
        String other = site.newName();
        site.restore(1, other);
        site.sqlOf(other, "DELETE FROM rsc WHERE id = 3");
        deleteArticle();
        apply("restore-row", "rsc", "3", "--apply", "--yes", "--database", other);
        String live = rows();
        run("restore-row", "--undo", "--yes");
        assertThat(site.sqlOf(other, "SELECT count(*) FROM rsc")).isEqualTo("2");
        assertThat(rows()).isEqualTo(live);
        refused(ErrorCode.USAGE, "restore-row", "rsc", "3", "--database", "x" + other);
        assertThat(site.err()).contains("this server has none of that name", "did you mean " + other + "?");
        // And where that is gone, it says so.
        apply("restore-row", "rsc", "3", "--apply", "--yes", "--database", other);
        site.sqlOfServer("DROP DATABASE " + other);
        refused(ErrorCode.DATABASE_UNREACHABLE, "restore-row", "--undo", "--yes");
    }
}
