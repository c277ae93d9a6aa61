package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore-row}: what only one row may have is a conflict before anything is stored, however that is said. */
@Tag("slow")
@Timeout(120)
class TakenValuesTest {
    private static final String SCHEMA = """
            CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE person (id int PRIMARY KEY, mail text, gone boolean NOT NULL DEFAULT false, tags jsonb,
                nick text COLLATE nocase UNIQUE, full_name text, slug text GENERATED ALWAYS AS (lower(full_name)) STORED UNIQUE);
            CREATE UNIQUE INDEX person_mail ON person (lower(mail)) WHERE NOT gone;
            CREATE UNIQUE INDEX person_tags ON person ((tags ->> 'code')) WHERE tags ? 'code?';
            CREATE TABLE booking (id int PRIMARY KEY, during int4range, EXCLUDE USING gist (during WITH &&) WHERE (id > 0));
            CREATE TABLE place (id int PRIMARY KEY, list int, seq int, UNIQUE (list, seq) DEFERRABLE INITIALLY DEFERRED);
            CREATE TABLE child (id int PRIMARY KEY, person int REFERENCES person);
            INSERT INTO person (id, mail, nick, full_name, tags) VALUES
                (1, 'Ann@example.net', 'Ann', 'Ann A', '{"code": "7", "code?": 1}'), (2, 'bob@example.net', 'bob', 'Bob B', NULL);
            INSERT INTO booking VALUES (1, '[1,5)'), (2, '[10,20)');
            INSERT INTO place VALUES (1, 1, 1), (2, 1, 2);
            """;

    @TempDir
    private Path state;

    private RowSite site() {
        RowSite site = new RowSite(state, SCHEMA);
        site.take();
        site.sql("DELETE FROM person WHERE id = 1; DELETE FROM booking WHERE id = 1; DELETE FROM place WHERE id = 1");
        return site;
    }

    private static void refused(RowSite site, String why, String table, String key) {
        assertThat(site.run("restore-row", table, key, "--replace", "--apply", "--yes"))
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("cannot restore public." + table + " (id=" + key + "): another row", why);
        assertThat(site.sql("SELECT count(*) FROM " + table + " WHERE id = " + key))
                .isEqualTo("0");
    }

    @Test
    void anIndexOfAnExpressionOverAPartOfTheRows() {
        RowSite site = site();
        site.sql("INSERT INTO person (id, mail) VALUES (3, 'ANN@example.net')");
        refused(site, "has its lower(mail) (where (NOT gone))", "person", "1");
        site.sql("UPDATE person SET gone = true WHERE id = 3");
        assertThat(site.run("restore-row", "person", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT mail FROM person WHERE id = 1")).isEqualTo("Ann@example.net");
    }

    @Test
    void operatorsThatLookLikeParameters() {
        RowSite site = site();
        site.sql("INSERT INTO person (id, tags) VALUES (3, '{\"code\": \"7\", \"code?\": 2}')");
        refused(site, "id=3) has its ((tags ->> 'code'::text))", "person", "1");
    }

    @Test
    void aCollationByWhichTwoTextsAreEqual() {
        RowSite site = site();
        site.sql("INSERT INTO person (id, nick) VALUES (3, 'ANN')");
        refused(site, "has its nick", "person", "1");
    }

    @Test
    void aColumnThatTheDatabaseCounts() {
        RowSite site = site();
        site.sql("INSERT INTO person (id, full_name) VALUES (3, 'ANN a')");
        refused(site, "has its slug", "person", "1");
    }

    @Test
    void anExclusionConstraint() {
        RowSite site = site();
        site.sql("INSERT INTO booking VALUES (-3, '[2,3)')");
        assertThat(site.run("restore-row", "booking", "1")).as(site::err).isZero();
        site.sql("UPDATE booking SET id = 3 WHERE id = -3");
        refused(site, "has what constraint booking_during_excl lets one row alone have", "booking", "1");
    }

    @Test
    void aConstraintThatIsCheckedAtTheEnd() {
        RowSite site = site();
        site.sql("UPDATE place SET seq = 1 WHERE id = 2");
        refused(site, "(list=1, seq=1, id=2) has its list, seq", "place", "1");
    }

    @Test
    void twoRowsThatComeBackTogether() {
        RowSite site = new RowSite(state, """
                CREATE TABLE owner (id int PRIMARY KEY);
                CREATE TABLE thing (id int PRIMARY KEY, owner int REFERENCES owner, name text, other int REFERENCES thing);
                CREATE UNIQUE INDEX thing_name ON thing (lower(name));
                INSERT INTO owner VALUES (1);
                INSERT INTO thing VALUES (1, 1, 'a', NULL);
                INSERT INTO thing VALUES (2, 1, 'b', 1);
                """);
        site.take();
        site.sql("DELETE FROM thing WHERE id = 2; UPDATE thing SET name = 'B'");
        site.take();
        site.sql("DELETE FROM thing");
        assertThat(site.run("restore-row", "thing", "2", "--apply", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("it refers to public.thing (id=1), which is left out");
        assertThat(site.sql("SELECT count(*) FROM thing")).isEqualTo("0");
    }

    /** An index function of the site that fails leaves the question to the server. */
    @Test
    void whatCannotBeComparedIsSaid() {
        RowSite site = new RowSite(state, """
                CREATE FUNCTION broken(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1; END $$;
                CREATE TABLE thing (id int PRIMARY KEY, n int);
                CREATE UNIQUE INDEX thing_n ON thing (broken(n));
                INSERT INTO thing VALUES (1, 1), (2, 2);
                """);
        site.take();
        site.sql("DELETE FROM thing WHERE id = 1; CREATE OR REPLACE FUNCTION broken(int) RETURNS int"
                + " LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 1 / ($1 - 1); END $$");
        assertThat(site.run("restore-row", "thing", "1")).as(site::err).isZero();
        assertThat(site.out())
                .contains("what index thing_n of public.thing lets one row alone have is not known before");
        assertThat(site.run("restore-row", "thing", "1", "--apply", "--yes")).isNotZero();
        assertThat(site.sql("SELECT count(*) FROM thing")).isEqualTo("1");
    }
}
