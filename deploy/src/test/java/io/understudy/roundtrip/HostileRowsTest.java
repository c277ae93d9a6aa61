package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore-row} where a database would take a row without a word, and store another one or none. */
@Tag("slow")
@Timeout(120)
class HostileRowsTest {
    private static final String NOTE =
            " CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW;"
                    + " END $$; CREATE TRIGGER note AFTER INSERT ON part FOR EACH ROW EXECUTE FUNCTION note();";

    @TempDir
    private Path state;

    private RowSite site;

    private void site(String schema) {
        site = new RowSite(state, schema);
        site.take();
    }

    private void run(String... arguments) {
        assertThat(site.run(arguments)).as(site::err).isZero();
    }

    @Tag("always")
    @Test
    void aRuleOfTheSiteTakesNoRowAway() {
        site("CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing VALUES (1);"
                + " CREATE TABLE part (id int PRIMARY KEY REFERENCES thing); INSERT INTO part VALUES (1)");
        site.sql("DELETE FROM part; DELETE FROM thing;"
                + " CREATE RULE \"no's\" AS ON INSERT TO thing DO INSTEAD NOTHING");
        run("restore-row", "thing", "1", "--with-dependents", "--apply", "--yes");
        assertThat(site.sql("SELECT count(*) FROM part JOIN thing USING (id)")).isEqualTo("1");

        site.sql("DELETE FROM part; DELETE FROM thing; ALTER TABLE thing ENABLE ALWAYS RULE \"no's\"");
        assertThat(site.run("restore-row", "thing", "1", "--apply", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err())
                .contains(
                        "triggers of public.thing run for these rows (rule no's): they are enabled ALWAYS",
                        "cannot restore public.thing (id=1): a trigger or rule of its table took it away");
        // What was not stored is no last one to take back.
        run("restore-row", "--undo", "--yes");
        assertThat(site.err()).contains("restore-row 1 of");
    }

    @Test
    void aDependentThatATriggerTakesAwayIsNamed() {
        site("CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing VALUES (1);"
                + " CREATE TABLE part (id int PRIMARY KEY REFERENCES thing); INSERT INTO part VALUES (1)");
        site.sql("DELETE FROM part; DELETE FROM thing; CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$"
                + " BEGIN RETURN NULL; END $$; CREATE TRIGGER no BEFORE INSERT ON part FOR EACH ROW"
                + " EXECUTE FUNCTION no(); ALTER TABLE part ENABLE ALWAYS TRIGGER no");
        run("restore-row", "thing", "1", "--with-dependents", "--apply", "--yes");
        assertThat(site.err()).contains("warning: public.part (id=1) is not back: a trigger or rule of its table");
        assertThat(site.sql("SELECT count(*) FROM thing")).isEqualTo("1");
    }

    /** For a replica the database checks no foreign key, and what it counts is not known before. */
    @Test
    void aReferenceThatTheDatabaseCountsIsChecked() {
        site("CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing VALUES (1);"
                + " CREATE TABLE part (id int PRIMARY KEY, raw int,"
                + " thing int GENERATED ALWAYS AS (abs(raw)) STORED REFERENCES thing);"
                + " INSERT INTO part VALUES (1, -1);" + NOTE);
        site.sql("DELETE FROM part; DELETE FROM thing");
        assertThat(site.run("restore-row", "part", "1", "--apply", "--yes")).isNotZero();
        assertThat(site.err()).contains("the database gives values that refer to other rows");
        assertThat(site.sql("SELECT count(*) FROM part")).isEqualTo("0");
        site.sql("INSERT INTO thing VALUES (1)");
        run("restore-row", "part", "1", "--apply", "--yes");
        assertThat(site.sql("SELECT thing FROM part")).isEqualTo("1");
    }

    @Test
    void whatOthersReferToByAColumnThatTheDatabaseCountsIsChecked() {
        site("CREATE TABLE thing (id int PRIMARY KEY, raw int, code int GENERATED ALWAYS AS (raw + 1) STORED UNIQUE);"
                + " INSERT INTO thing (id, raw) VALUES (1, 10);"
                + " CREATE TABLE part (id int PRIMARY KEY, code int REFERENCES thing (code));" + NOTE);
        site.sql("UPDATE thing SET raw = 20; INSERT INTO part VALUES (1, 21)");

        assertThat(site.run("restore-row", "thing", "1", "--replace", "--apply", "--yes"))
                .isNotZero();

        assertThat(site.sql("SELECT raw FROM thing")).isEqualTo("20");
    }

    @Test
    void aRowThatATriggerKeepsAsItWasIsNoSuccess() {
        site("CREATE TABLE thing (id int PRIMARY KEY, t text); INSERT INTO thing VALUES (1, 'old');");
        site.sql("UPDATE thing SET t = 'new'; CREATE RULE keep AS ON UPDATE TO thing DO INSTEAD NOTHING;"
                + " ALTER TABLE thing ENABLE ALWAYS RULE keep");

        assertThat(site.run("restore-row", "thing", "1", "--replace", "--apply", "--yes"))
                .isNotZero();

        assertThat(site.err()).contains("took it away, or kept it as it was");
        assertThat(site.sql("SELECT t FROM thing")).isEqualTo("new");
    }

    @Test
    void aReferenceThatADefaultGivesIsChecked() {
        site("CREATE TABLE thing (id int PRIMARY KEY); CREATE TABLE part (id int PRIMARY KEY);"
                + " INSERT INTO part VALUES (1);" + NOTE);
        site.sql("DELETE FROM part; ALTER TABLE part ADD thing int DEFAULT 7 REFERENCES thing");
        assertThat(site.run("restore-row", "part", "1", "--apply", "--yes")).isNotZero();
        assertThat(site.sql("SELECT count(*) FROM part")).isEqualTo("0");
    }

    /** A log without a key has the same line several times. */
    @Test
    void rowsWithoutAKeyThatAreAlikeComeBackAndGoAsOftenAsTheyWere() {
        site("CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing VALUES (1), (2);"
                + " CREATE TABLE line (thing int REFERENCES thing, other int REFERENCES thing, word text);"
                + " INSERT INTO line VALUES (1, 1, 'a'), (1, 1, 'a'), (1, 1, 'b'), (1, 1, 'a')");
        site.sql("DELETE FROM line; DELETE FROM thing WHERE id = 1");
        run("restore-row", "thing", "1", "--with-dependents", "--apply", "--yes");
        assertThat(site.out()).contains("5 rows are stored");
        assertThat(site.err()).contains("word=a), 3 times");
        assertThat(site.sql("SELECT word, count(*) FROM line GROUP BY 1 ORDER BY 1"))
                .isEqualTo("a|3\nb|1");
        site.sql("DELETE FROM line WHERE ctid = (SELECT min(ctid) FROM line WHERE word = 'a')");
        assertThat(site.run("restore-row", "--undo", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        site.sql("INSERT INTO line VALUES (1, 1, 'a')");
        run("restore-row", "--undo", "--yes");
        assertThat(site.sql("SELECT count(*) FROM line")).isEqualTo("0");
        assertThat(site.sql("SELECT id FROM thing")).isEqualTo("2");
    }

    /** The one who runs the script has settings of a database or role. */
    @Test
    void theScriptMeansTheSameUnderOtherSettings() {
        site("CREATE TABLE thing (id int PRIMARY KEY, names text[], price money, doc xml, at timestamptz, how interval,"
                + " raw bytea, dotted text); INSERT INTO thing VALUES (1, '{NULL,\"NULL\",a}', 1234.5,"
                + " '<a/>b', '2026-11-20 10:00+02', '-1 day -2 hours', '\\x005c', E'\\\\u0000 ''? $1 \\n');");
        String row = site.sql("SET lc_monetary = 'C'; SELECT thing FROM thing");
        site.sql("DELETE FROM thing");
        run("restore-row", "thing", "1");
        String script = site.out();
        site.sql("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET array_nulls = off', current_database());"
                + " EXECUTE format('ALTER DATABASE %I SET xmloption = document', current_database());"
                + " EXECUTE format('ALTER DATABASE %I SET datestyle = ''SQL, DMY''', current_database());"
                + " EXECUTE format('ALTER DATABASE %I SET intervalstyle = ''sql_standard''', current_database());"
                + " EXECUTE format('ALTER DATABASE %I SET bytea_output = ''escape''', current_database());"
                + " EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database());"
                + " EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Tokyo''', current_database()); END $$");
        site.sql(script);
        site.sql("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET ALL', current_database()); END $$");
        assertThat(site.sql("SET lc_monetary = 'C'; SELECT thing FROM thing")).isEqualTo(row);
        run("restore-row", "thing", "1", "--apply", "--yes");
        assertThat(site.out()).contains("is there: public.thing (id=1)");
    }

    /** A policy would pass over rows: neither the command nor the script is to see a part of them. */
    @Test
    void policiesHideNoRow() {
        site("CREATE TABLE thing (id int PRIMARY KEY, name text UNIQUE); INSERT INTO thing VALUES (1, 'a'), (2, 'b')");
        site.sql("DELETE FROM thing WHERE id = 1; ALTER TABLE thing ENABLE ROW LEVEL SECURITY;"
                + " ALTER TABLE thing FORCE ROW LEVEL SECURITY; CREATE POLICY a_part ON thing USING (id <> 2)");
        run("restore-row", "thing", "1");
        String script = site.out();
        String role = "policed" + System.nanoTime();
        site.as(role);
        assertThat(site.run("restore-row", "thing", "1", "--apply", "--yes")).isNotZero();
        assertThat(site.err()).contains("row-level security policy");
        assertThatThrownBy(() -> site.sql("SET ROLE " + role + "; " + script))
                .hasMessageContaining("row-level security");
        assertThat(site.sql("SELECT id FROM thing")).isEqualTo("2");
    }

    /** In SQL_ASCII any bytes are text: what Java puts in place of some would come back. */
    @Test
    void textOfAnUnknownEncodingIsRefused() {
        site = new RowSite(state, "SELECT 1");
        String name = site.sql("SELECT current_database()");
        site.sqlOfServer("DROP DATABASE " + name + " WITH (FORCE)");
        site.sqlOfServer(
                "CREATE DATABASE " + name + " ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
        site.sql("CREATE TABLE thing (id int PRIMARY KEY, name text);"
                + " INSERT INTO thing VALUES (1, convert_from('\\xe9', 'SQL_ASCII')), (2, 'plain')");
        site.take();
        site.sql("DELETE FROM thing");
        assertThat(site.run("restore-row", "thing", "1", "--apply", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("has text of encoding SQL_ASCII in it that is not known here");
        run("restore-row", "thing", "2", "--apply", "--yes");
        assertThat(site.sql("SELECT name FROM thing")).isEqualTo("plain");
    }
}
