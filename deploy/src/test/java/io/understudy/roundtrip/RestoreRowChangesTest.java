package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code history} and {@code restore-row} where tables changed since the snapshot, or much belongs to a row. */
@Tag("slow")
@Timeout(120)
class RestoreRowChangesTest {
    @TempDir
    private Path state;

    @Test
    void aColumnThatIsNewIsNamedAndOneThatNeedsAValueIsNoErrorOfTheServer() {
        RowSite site = new RowSite(
                state, "CREATE TABLE note (id int PRIMARY KEY, text text); INSERT INTO note VALUES (1, 'a')");
        site.take();
        site.sql("DELETE FROM note; ALTER TABLE note ADD more text DEFAULT 'd'");
        assertThat(site.run("restore-row", "note", "1")).as(site::err).isZero();
        assertThat(site.out()).contains("column more of public.note is newer than the snapshot: it gets its default");
        site.sql("ALTER TABLE note ADD must int NOT NULL");
        assertThat(site.run("restore-row", "note", "1", "--apply", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err())
                .contains("column must of its table is newer than the snapshot, takes no null and has no default");
        site.sql("ALTER TABLE note ALTER must SET DEFAULT 7");
        assertThat(site.run("restore-row", "note", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT * FROM note")).isEqualTo("1|a|d|7");
    }

    /** An edge that was made again by hand does not bring back what only it would have referred to. */
    @Tag("always")
    @Test
    void aMissingParentOfADependentThatIsLeftOutStaysAway() {
        RowSite site = new RowSite(state, """
                CREATE TABLE rsc (id int PRIMARY KEY);
                CREATE TABLE medium (id int PRIMARY KEY REFERENCES rsc, file text);
                CREATE TABLE edge (id int PRIMARY KEY, subject int NOT NULL REFERENCES rsc, kind text, object int REFERENCES rsc,
                    UNIQUE (subject, kind));
                INSERT INTO rsc VALUES (1), (2), (3);
                INSERT INTO medium VALUES (2, 'a.jpg');
                INSERT INTO edge VALUES (10, 1, 'shows', 2);
                """);
        site.take();
        site.sql(
                "DELETE FROM edge; DELETE FROM medium; DELETE FROM rsc WHERE id = 2; INSERT INTO edge VALUES (11, 1, 'shows', 3)");
        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents"))
                .as(site::err)
                .isZero();
        assertThat(site.out())
                .contains(
                        "left out: public.edge (id=10): another row",
                        "left out: public.rsc (id=2): no row that comes back refers to it",
                        "left out: public.medium (id=2): no row that comes back refers to it")
                .doesNotContain("INSERT");
        site.sql("DELETE FROM edge");
        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT * FROM medium")).isEqualTo("2|a.jpg");
    }

    @Test
    void moreThanTheMemoryOfARestoreIsRefused() {
        RowSite site = new RowSite(state, """
                CREATE TABLE rsc (id int PRIMARY KEY);
                CREATE TABLE part (id int PRIMARY KEY, rsc int REFERENCES rsc, text text);
                INSERT INTO rsc VALUES (1);
                INSERT INTO part SELECT g, 1, repeat('x', 1 << 20) FROM generate_series(1, 65) g;
                """);
        site.take();
        site.sql("DELETE FROM part; DELETE FROM rsc");
        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("the rows that belong to it are longer than 64 MiB");
        assertThat(site.run("restore-row", "rsc", "1")).as(site::err).isZero();
    }

    /** A person writes the key as it is today; of each snapshot it is read as that one has it. */
    @Test
    void aRowIsFollowedWhereItsKeyGotAnotherNameOrMoreColumns() {
        RowSite site = new RowSite(
                state,
                "CREATE TABLE note (id int, lang text DEFAULT 'en', text text, PRIMARY KEY (id, lang));"
                        + " INSERT INTO note VALUES (1, 'en', 'first')");
        site.take();
        site.sql("ALTER TABLE note DROP CONSTRAINT note_pkey; ALTER TABLE note ADD PRIMARY KEY (id)");
        site.sql("UPDATE note SET text = 'second'");
        site.take();
        site.sql("ALTER TABLE note RENAME id TO note_id; UPDATE note SET text = 'third'");
        site.take();
        assertThat(site.run("history", "note", "1")).as(site::err).isZero();
        assertThat(site.out().lines()).hasSize(2);
        assertThat(site.out()).contains("text='second'", "text='third'");
        assertThat(site.err()).contains("in 00000001-00000003 note has another key than before");
        assertThat(site.run("history", "note", "1,en")).as(site::err).isZero();
        assertThat(site.out()).contains("text='first'");
    }
}
