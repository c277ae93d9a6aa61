package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore-row --undo} counts each row as changed that is written otherwise than it was stored. */
@Tag("slow")
@Timeout(180)
class UndoChangedRowsTest {
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

    private void isRefused(String... why) {
        assertThat(site.run("restore-row", "--undo", "--yes"))
                .as(site.out() + site.err())
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains(why);
    }

    @Tag("always")
    @Test
    void aKeyInAnotherCaseIsAChangedRow() {
        site("""
                CREATE EXTENSION citext;
                CREATE TABLE person (name citext PRIMARY KEY, age int);
                INSERT INTO person VALUES ('ann', 1), ('bob', 2);
                """);
        site.sql("DELETE FROM person WHERE name = 'ann'; UPDATE person SET age = 9 WHERE name = 'bob'");
        run("restore-row", "person", "ann", "--apply", "--yes");
        site.sql("UPDATE person SET name = 'ANN' WHERE name = 'ann'");
        isRefused("1 rows were changed since: public.person (name=ann) (name)", "--replace takes them back");
        assertThat(site.sql("SELECT name FROM person WHERE age = 1")).isEqualTo("ANN");
        run("restore-row", "--undo", "--yes", "--replace");
        assertThat(site.err()).contains("is deleted: public.person (name=ann)");
        assertThat(site.sql("SELECT name, age FROM person")).isEqualTo("bob|9");

        run("restore-row", "person", "bob", "--apply", "--replace", "--yes");
        site.sql("UPDATE person SET name = 'Bob' WHERE name = 'bob'");
        isRefused("public.person (name=bob) (name)");
        run("restore-row", "--undo", "--yes", "--replace");
        assertThat(site.err()).contains("gets its old values back: public.person (name=bob) (name, age)");
        assertThat(site.sql("SELECT name, age FROM person")).isEqualTo("bob|9");
    }

    @Test
    void aNumberThatIsWrittenOtherwiseIsAChangedRow() {
        site("CREATE TABLE size (a numeric, b int, PRIMARY KEY (a, b)); INSERT INTO size VALUES (1.0, 2), (2, 2);");
        site.sql("DELETE FROM size WHERE a = 1");
        run("restore-row", "size", "1.0,2", "--apply", "--yes");
        site.sql("UPDATE size SET a = 1.00 WHERE a = 1");
        isRefused("public.size (a=1.0, b=2) (a)");
        run("restore-row", "--undo", "--yes", "--replace");
        assertThat(site.sql("SELECT a FROM size")).isEqualTo("2");
    }

    /** Also where the columns that it was found by have other values. */
    @Test
    void aRowWithoutAKeyThatIsNotThereAsItWasStoredIsAChangedRow() {
        site("""
                CREATE TABLE rsc (id int PRIMARY KEY);
                CREATE TABLE word (rsc_id int REFERENCES rsc, word text);
                INSERT INTO rsc VALUES (1), (2); INSERT INTO word VALUES (1, 'a');
                """);
        site.sql("DELETE FROM word; DELETE FROM rsc WHERE id = 1");
        run("restore-row", "rsc", "1", "--with-dependents", "--apply", "--yes");
        site.sql("UPDATE word SET rsc_id = 2");
        isRefused("public.word (rsc_id=1) (no row is as it was stored, and its table has no key");
        assertThat(site.sql("SELECT count(*) FROM rsc")).isEqualTo("2");
        run("restore-row", "--undo", "--yes", "--replace");
        assertThat(site.err()).contains("stays as it is: public.word (rsc_id=1): no row is as it was stored");
        assertThat(site.sql("SELECT r.id, w.rsc_id FROM rsc r, word w")).isEqualTo("2|2");
    }

    @Test
    void aValueThatAnotherRowHasByNowIsNamedWithItsConstraint() {
        site("""
                CREATE TABLE person (id int PRIMARY KEY, name text CONSTRAINT one_name UNIQUE,
                    place int CONSTRAINT one_place UNIQUE DEFERRABLE INITIALLY DEFERRED);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER note AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION note();
                INSERT INTO person VALUES (1, 'ann', 1), (2, 'bob', 2);
                """);
        site.sql("UPDATE person SET name = 'carl', place = 3 WHERE id = 1");
        run("restore-row", "person", "1", "--replace", "--apply", "--yes");
        site.sql("UPDATE person SET name = 'carl' WHERE id = 2");
        String now = site.sql("SELECT p FROM person p ORDER BY id");
        isRefused(
                "cannot take public.person (id=1) back: another row has by now what its old values have",
                "one_name",
                "change or delete that row first");
        assertThat(site.err()).doesNotContain("carl");
        assertThat(site.sql("SELECT p FROM person p ORDER BY id")).isEqualTo(now);

        // What the database would look at as the last thing, or not at all.
        site.sql("UPDATE person SET name = 'bob', place = 3 WHERE id = 2");
        for (String trigger : List.of("ENABLE", "DISABLE")) {
            site.sql("ALTER TABLE person " + trigger + " TRIGGER note");
            isRefused("cannot take public.person (id=1) back", "place (one_place)");
            assertThat(site.sql("SELECT count(*) FROM person WHERE place = 3")).isEqualTo("1");
        }
        site.sql("UPDATE person SET place = NULL WHERE id = 2");
        run("restore-row", "--undo", "--yes");
        assertThat(site.sql("SELECT p FROM person p ORDER BY id")).isEqualTo("(1,carl,3)\n(2,bob,)");
    }

    /** For a replica the database does not look again, and the other one has looked already. */
    @Test
    void aValueThatAnotherTransactionIsAboutToStoreIsWaitedFor() throws Exception {
        site("""
                CREATE TABLE gate (id int);
                CREATE TABLE person (id int PRIMARY KEY, place int CONSTRAINT one_place UNIQUE DEFERRABLE);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER note AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION note();
                INSERT INTO person VALUES (1, 1);
                """);
        site.sql("UPDATE person SET place = 3");
        run("restore-row", "person", "1", "--replace", "--apply", "--yes");
        CompletableFuture<String> holder =
                CompletableFuture.supplyAsync(() -> site.sql("BEGIN; INSERT INTO person VALUES (2, 3); DO $$ BEGIN LOOP"
                        + " EXIT WHEN EXISTS (SELECT FROM gate); PERFORM pg_sleep(0.05); END LOOP; END $$; COMMIT"));
        sleeps();
        site.lockTimeout("1s");
        int undone = site.run("restore-row", "--undo", "--yes");
        site.sql("INSERT INTO gate VALUES (1)");
        holder.get(90, TimeUnit.SECONDS);
        assertThat(undone).as(site::err).isNotZero();
        assertThat(site.sql("SELECT place FROM person ORDER BY id")).isEqualTo("1\n3");
        isRefused("cannot take public.person (id=1) back", "place (one_place)");
    }

    private void sleeps() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .until(() -> site.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                                + " AND datname = current_database()")
                        .equals("1"));
    }

    /** As CREATE UNIQUE INDEX CONCURRENTLY leaves it where two rows have the same: the database does not ask it. */
    @Test
    void anIndexThatWasNeverFinishedHindersNothing() {
        site("""
                CREATE TABLE person (id int PRIMARY KEY, name text, age int); INSERT INTO person VALUES (1, 'ann', 1);
                CREATE UNIQUE INDEX half ON person (name);
                UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'half'::regclass;
                """);
        site.sql("INSERT INTO person VALUES (2, 'ann', 2); UPDATE person SET age = 9 WHERE id = 1");
        run("restore-row", "person", "1", "--replace", "--apply", "--yes");
        assertThat(site.sql("SELECT age FROM person ORDER BY id")).isEqualTo("1\n2");
        run("restore-row", "--undo", "--yes");
        assertThat(site.sql("SELECT age FROM person ORDER BY id")).isEqualTo("9\n2");
    }

    /** Without a question: what was found before the locks may be another thing than what was done. */
    @Test
    void whatWasDoneIsPrinted() throws Exception {
        site("CREATE TABLE rsc (id int PRIMARY KEY, title text); INSERT INTO rsc VALUES (1, 'a'), (2, 'b');");
        site.sql("DELETE FROM rsc WHERE id = 1");
        run("restore-row", "rsc", "1", "--apply", "--yes");
        CompletableFuture<String> holder =
                CompletableFuture.supplyAsync(() -> site.sql("BEGIN; DELETE FROM rsc WHERE id = 1; DO $$ BEGIN LOOP"
                        + " EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid::text = txid_current()::text);"
                        + " PERFORM pg_sleep(0.05); END LOOP; END $$; COMMIT"));
        sleeps();
        run("restore-row", "--undo", "--yes", "--json");
        holder.get(90, TimeUnit.SECONDS);
        assertThat(site.err())
                .containsSubsequence(
                        "is deleted: public.rsc (id=1)",
                        "the database changed before the rows were locked; this is what was done:",
                        "is as before: public.rsc (id=1)");
        assertThat(site.out()).contains("\"action\":\"as_before\"").doesNotContain("\"delete\"");
    }
}
