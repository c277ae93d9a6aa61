package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore-row --undo} finds rows that refer to others as the database does, however it compares them. */
@Tag("slow")
@Timeout(180)
class UndoReferencesTest {
    @TempDir
    private Path state;

    private RowSite site;

    private void restored(String schema, String delete, String key) {
        site = new RowSite(state, schema);
        site.take();
        site.sql(delete);
        applied(key);
    }

    private void applied(String key) {
        assertThat(site.run("restore-row", "parent", key, "--apply", "--replace", "--yes"))
                .as(site::err)
                .isZero();
    }

    private void isRefused(String why) {
        for (List<String> more : List.of(List.of("--yes"), List.of("--yes", "--replace"))) {
            List<String> all = new ArrayList<>(List.of("restore-row", "--undo"));
            all.addAll(more);
            assertThat(site.run(all.toArray(String[]::new)))
                    .as(site.out() + site.err())
                    .isEqualTo(ErrorCode.USAGE.exitCode());
            assertThat(site.err()).contains("would point to nothing", why);
        }
    }

    private void isUndone() {
        assertThat(site.run("restore-row", "--undo", "--yes")).as(site::err).isZero();
    }

    @Tag("always")
    @Test
    void citextIsTheSameInAnotherCase() {
        restored("""
                CREATE EXTENSION citext;
                CREATE TABLE parent (name citext PRIMARY KEY, title text);
                CREATE TABLE child (id int PRIMARY KEY, name citext REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);
                INSERT INTO parent VALUES ('ann', 'a'), ('bob', 'b');
                """, "DELETE FROM parent WHERE name = 'ann'", "ann");
        site.sql("INSERT INTO child VALUES (1, 'ANN')");
        isRefused("public.child (name=ANN) refers to public.parent (name=ANN)");
        assertThat(site.sql("SELECT name FROM child")).isEqualTo("ANN");
        site.sql("UPDATE child SET name = 'BOB'");
        isUndone();
        assertThat(site.sql("SELECT c.name, p.name FROM child c, parent p")).isEqualTo("BOB|bob");
    }

    @Test
    void aShorterTextIsTheSameAsAPaddedOne() {
        restored("""
                CREATE TABLE parent (name char(5) PRIMARY KEY);
                CREATE TABLE child (id int PRIMARY KEY, name varchar REFERENCES parent ON DELETE SET NULL);
                INSERT INTO parent VALUES ('ann'), ('bob');
                """, "DELETE FROM parent WHERE name = 'ann'", "ann  ");
        site.sql("INSERT INTO child VALUES (1, 'ann'), (2, 'bob')");
        isRefused("public.child (name=ann) refers to public.parent (name=ann)");
        assertThat(site.sql("SELECT name FROM child WHERE id = 1")).isEqualTo("ann");
        site.sql("DELETE FROM child WHERE id = 1");
        isUndone();
    }

    @Test
    void generatedColumnsCountAsOthersDo() {
        restored("""
                CREATE TABLE parent (id int PRIMARY KEY, code text, low text GENERATED ALWAYS AS (lower(code)) STORED UNIQUE);
                CREATE TABLE child (id int PRIMARY KEY, code text,
                    low text GENERATED ALWAYS AS (lower(code)) STORED REFERENCES parent (low) ON DELETE CASCADE);
                INSERT INTO parent VALUES (1, 'A'), (2, 'B');
                """, "DELETE FROM parent WHERE id = 1", "1");
        site.sql("INSERT INTO child VALUES (1, 'a')");
        isRefused("public.child (low=a) refers to public.parent (low=a)");
        site.sql("DELETE FROM child");
        isUndone();

        // An old value by which a row may get another generated one.
        site.sql("UPDATE parent SET code = 'C' WHERE id = 2");
        applied("2");
        site.sql("INSERT INTO child VALUES (1, 'b')");
        isRefused("public.child (low=b) refers to public.parent (low=b)");
        site.sql("DELETE FROM child");
        isUndone();
        assertThat(site.sql("SELECT low FROM parent")).isEqualTo("c");
    }

    @Test
    void whatAGeneratedColumnWouldReferToIsNotGuessed() {
        restored("""
                CREATE TABLE owner (name text PRIMARY KEY);
                CREATE TABLE parent (id int PRIMARY KEY, code text,
                    low text GENERATED ALWAYS AS (lower(code)) STORED REFERENCES owner ON DELETE CASCADE);
                INSERT INTO owner VALUES ('a'), ('b'); INSERT INTO parent VALUES (1, 'A');
                """, "UPDATE parent SET code = 'B'", "1");
        isRefused("a column of that is generated");
    }

    /** What an old value refers to is found by the operators of the foreign key, too. */
    @Test
    void anOldValueRefersToWhatTheDatabaseFinds() {
        restored("""
                CREATE EXTENSION citext;
                CREATE TABLE owner (name citext PRIMARY KEY);
                CREATE TABLE parent (id int PRIMARY KEY, name citext REFERENCES owner);
                INSERT INTO owner VALUES ('ann'), ('bob'); INSERT INTO parent VALUES (1, 'bob');
                """, "UPDATE parent SET name = 'ANN'", "1");
        site.sql("DELETE FROM owner WHERE name = 'ann'");
        isRefused("a row of public.parent would refer to public.owner (name=ANN) again, which is gone");
        site.sql("INSERT INTO owner VALUES ('Ann')");
        isUndone();
        assertThat(site.sql("SELECT name FROM parent")).isEqualTo("ANN");
    }

    /** Also on the way here: a row that the database finds is not missing. */
    @Test
    void aRowComesBackToWhatTheDatabaseFinds() {
        site = new RowSite(state, """
                CREATE EXTENSION citext;
                CREATE TABLE parent (name citext PRIMARY KEY, size char(5) UNIQUE);
                CREATE TABLE child (id int PRIMARY KEY, name citext REFERENCES parent, size varchar REFERENCES parent (size));
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER note AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION note();
                INSERT INTO parent VALUES ('Ann', 'x'), ('bob', 'y'); INSERT INTO child VALUES (1, 'ANN', 'x');
                """);
        site.take();
        site.sql("DELETE FROM child");
        assertThat(site.run("restore-row", "child", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err()).doesNotContain("comes back: public.parent", "left out");
        assertThat(site.sql("SELECT c.name, p.name FROM child c JOIN parent p USING (name)"))
                .isEqualTo("ANN|Ann");
        isUndone();
        site.sql("DELETE FROM parent WHERE name = 'Ann'");
        assertThat(site.run("restore-row", "child", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT c.name, p.name FROM child c JOIN parent p USING (name)"))
                .isEqualTo("ANN|Ann");
    }
}
