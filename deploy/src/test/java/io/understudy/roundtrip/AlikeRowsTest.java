package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code restore-row} finds rows of snapshots by what the foreign key says is the same, however it is written. */
@Tag("slow")
@Timeout(120)
class AlikeRowsTest {
    @TempDir
    private Path state;

    private RowSite site;

    private void site(String key, String reference, String keyValue, String value) {
        site = new RowSite(state, """
                CREATE EXTENSION citext;
                CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
                CREATE DOMAIN label AS citext;
                CREATE TABLE person (name %s PRIMARY KEY, age int);
                CREATE TABLE post (id int PRIMARY KEY, author %s REFERENCES person);
                INSERT INTO person VALUES (%s, 1);
                INSERT INTO post VALUES (1, %s);
                """.formatted(key, reference, keyValue, value));
        site.take();
    }

    private void run(String... arguments) {
        assertThat(site.run(arguments)).as(site::err).isZero();
    }

    private String rows() {
        return site.sql("SELECT name, author, age FROM post JOIN person ON author = name WHERE id = 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "citext; citext; 'Ann'; 'ANN'",
                "label; label; 'Ann'; 'ANN'",
                "text COLLATE nocase; text COLLATE nocase; 'Ann'; 'ANN'",
                "char(5); char(8); 'ab'; 'ab'",
                "char(5); varchar(9); 'ab'; 'ab'",
                "numeric; numeric; 1.0; 1.00",
                "numeric; int; 1.0; 1",
                "timestamp; date; '2026-01-01'; '2026-01-01'",
                "float8; float8; '-0'; '0'",
                "text; varchar; 'Ann'; 'Ann'",
            })
    void aMissingParentAndADependent(String key, String reference, String keyValue, String value) {
        site(key, reference, keyValue, value);
        String before = rows();
        assertThat(before).isNotEmpty();
        site.sql("DELETE FROM post; DELETE FROM person");
        run("restore-row", "post", "1", "--apply", "--yes");
        assertThat(rows()).isEqualTo(before);

        String name = site.sql("DELETE FROM post; DELETE FROM person RETURNING name");
        // As COPY writes it.
        run("restore-row", "person", key.startsWith("char") ? "ab   " : name, "--with-dependents", "--apply", "--yes");
        assertThat(rows()).isEqualTo(before);
    }

    /** The newest version, also where an older one is written as the row that refers to it. */
    @Tag("always")
    @Test
    void theNewestVersionOfAParentThatIsWrittenOtherwise() {
        site("citext", "citext", "'ANN'", "'ANN'");
        site.sql("DELETE FROM post; UPDATE person SET name = 'Ann', age = 2; INSERT INTO post VALUES (1, 'ANN')");
        site.take();
        site.sql("DELETE FROM post; DELETE FROM person");
        site.take();
        run("restore-row", "post", "1", "--apply", "--yes");
        assertThat(rows()).isEqualTo("Ann|ANN|2");
    }

    /** It comes back anyway: no other version of it does. */
    @Test
    void aParentThatComesBackAnyway() {
        site("citext", "citext", "'ANN'", "'ANN'");
        site.sql("DELETE FROM post; UPDATE person SET name = 'Ann', age = 2; INSERT INTO post VALUES (1, 'ANN')");
        site.take();
        site.sql("DELETE FROM post; DELETE FROM person");
        run("restore-row", "person", "Ann", "--with-dependents", "--apply", "--yes");
        assertThat(rows()).isEqualTo("Ann|ANN|2");
    }

    /** No part of a table is read twice where the parent is written as it is sought. */
    @Test
    void anExactMatchReadsNoMoreThanOneOfPlainText() {
        site("citext", "citext", "'Ann'", "'Ann'");
        site.sql("DELETE FROM post; DELETE FROM person");
        run("restore-row", "post", "1");
        int exact = site.opened();
        site("text", "text", "'Ann'", "'Ann'");
        site.sql("DELETE FROM post; DELETE FROM person");
        run("restore-row", "post", "1");
        assertThat(exact).isEqualTo(site.opened());

        site("citext", "citext", "'Ann'", "'ANN'");
        site.sql("DELETE FROM post; DELETE FROM person");
        run("restore-row", "post", "1");
        // The list of tables, and the table of the parent once for its keys and once for the row.
        assertThat(site.opened()).isEqualTo(exact + 3);
    }

    @Test
    void aKeyThatIsThereInOtherWordsIsAConflict() {
        site("citext", "citext", "'Ann'", "'Ann'");
        site.sql("DELETE FROM post; UPDATE person SET name = 'ANN'");
        assertThat(site.run("restore-row", "person", "Ann", "--apply", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("another row (name=ANN) has its name");
    }

    @Test
    void aRowThatRefersToItselfInOtherWords() {
        site("citext", "citext", "'Ann'", "'Ann'");
        site.sql("CREATE TABLE node (name citext PRIMARY KEY, above citext NOT NULL REFERENCES node);"
                + " INSERT INTO node VALUES ('top', 'TOP')");
        site.take();
        site.sql("DELETE FROM node");
        run("restore-row", "node", "top", "--with-dependents", "--apply", "--yes");
        assertThat(site.sql("SELECT name, above FROM node")).isEqualTo("top|TOP");
    }

    /** The database's key is of another type by now, which does not take what the snapshot has. */
    @Test
    void valuesThatTheDatabaseDoesNotTakeAreComparedAsText() {
        site("text", "text", "'1.0'", "'1.0'");
        site.sql("INSERT INTO person VALUES ('x', 2)");
        site.take();
        site.sql("DROP TABLE post, person; CREATE TABLE person (name numeric PRIMARY KEY, age int);"
                + " CREATE TABLE post (id int PRIMARY KEY, author numeric REFERENCES person)");
        run("restore-row", "post", "1", "--apply", "--yes");
        assertThat(rows()).isEqualTo("1.0|1.0|1");
        site.sql("DELETE FROM post; DELETE FROM person");
        run("restore-row", "person", "1.0", "--with-dependents", "--apply", "--yes");
        assertThat(rows()).isEqualTo("1.0|1.0|1");
    }
}
