package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code restore-row --apply} and a deferrable constraint: the site has stored the same value in a transaction that has
 * looked already and not ended yet. With triggers of the site ours is a replica's, of which the database does not look.
 */
@Tag("slow")
@Timeout(180)
class DeferrableRowsTest {
    @TempDir
    private Path state;

    private RowSite site;

    private void site(String columns, String row) {
        site = new RowSite(state, """
                CREATE TABLE gate (id int);
                CREATE TABLE place (%s);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER note AFTER INSERT OR UPDATE ON place FOR EACH ROW EXECUTE FUNCTION note();
                INSERT INTO place VALUES %s;
                """.formatted(columns, row));
        site.lockTimeout("2s");
        site.take();
        site.sql("DELETE FROM place");
    }

    /** Stores it, and commits when the gate is open. */
    private CompletableFuture<String> store(String rows) {
        CompletableFuture<String> holder = CompletableFuture.supplyAsync(
                () -> site.sql("BEGIN; INSERT INTO place VALUES " + rows + "; DO $$ BEGIN LOOP"
                        + " EXIT WHEN EXISTS (SELECT FROM gate); PERFORM pg_sleep(0.05); END LOOP; END $$; COMMIT"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .until(() -> site.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                                + " AND datname = current_database()")
                        .equals("1"));
        return holder;
    }

    private int apply() {
        return site.run("restore-row", "place", "1", "--apply", "--yes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ENABLE; id int PRIMARY KEY, seq int CONSTRAINT one UNIQUE DEFERRABLE; (1, 7); (2, 7)",
                "DISABLE; id int PRIMARY KEY, seq int CONSTRAINT one UNIQUE DEFERRABLE; (1, 7); (2, 7)",
                "ENABLE; id int, seq int, CONSTRAINT one PRIMARY KEY (id) DEFERRABLE; (1, 7); (1, 8)",
                "ENABLE; id int PRIMARY KEY, seq int4range, CONSTRAINT one EXCLUDE USING gist (seq WITH &&) DEFERRABLE; (1, '[1,9)'); (2, '[3,4)')",
            })
    void aValueThatAnotherTransactionIsAboutToStoreIsWaitedFor(String trigger, String columns, String row, String other)
            throws Exception {
        site(columns, row);
        site.sql("ALTER TABLE place " + trigger + " TRIGGER note");
        CompletableFuture<String> holder = store(other);
        assertThat(apply()).as(site::err).isEqualTo(ErrorCode.DATABASE_BUSY.exitCode());
        site.sql("INSERT INTO gate VALUES (1)");
        holder.get(90, TimeUnit.SECONDS);
        assertThat(apply()).as(site::err).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.sql("SELECT count(*) FROM place")).isEqualTo("1");
        // What was never stored is not taken back.
        assertThat(site.run("restore-row", "--undo", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());

        site.sql("DELETE FROM place");
        assertThat(apply()).as(site::err).isZero();
        assertThat(site.sql("SELECT id FROM place")).isEqualTo("1");
    }

    /** The other one commits while we wait for it: what is there then is said, as if it had been there before. */
    @ParameterizedTest
    @CsvSource({"ENABLE,DEFERRABLE", "DISABLE,DEFERRABLE", "DISABLE,NOT DEFERRABLE", "ENABLE,NOT DEFERRABLE"})
    void aValueThatIsStoredWhileItWaitsIsAConflict(String trigger, String how) throws Exception {
        site("id int PRIMARY KEY, seq int CONSTRAINT one UNIQUE " + how, "(1, 7)");
        site.lockTimeout("60s");
        site.sql("ALTER TABLE place " + trigger + " TRIGGER note");
        CompletableFuture<String> holder = store("(2, 7)");
        CompletableFuture<Integer> restored = CompletableFuture.supplyAsync(this::apply);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> site.sql("SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                                + " WHERE c.relname = 'place' AND mode = 'RowExclusiveLock' AND l.granted")
                        .equals("2"));
        site.sql("INSERT INTO gate VALUES (1)");
        holder.get(90, TimeUnit.SECONDS);
        assertThat(restored.get(90, TimeUnit.SECONDS)).as(site::err).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("cannot restore public.place (id=1): another row (seq=7, id=2) has its seq");
        assertThat(site.sql("SELECT id FROM place")).isEqualTo("2");
    }

    /** The script looks by itself, too. */
    @Tag("always")
    @Test
    void thePrintedScriptLooks() {
        site("id int PRIMARY KEY, seq int CONSTRAINT \"one's\" UNIQUE DEFERRABLE", "(1, 7)");
        assertThat(site.run("restore-row", "place", "1")).as(site::err).isZero();
        String script = site.out();
        site.sql("INSERT INTO place VALUES (2, 7)");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> site.sql(script))
                .hasMessageContaining("another row has what constraint one's of public.place lets one row alone have");
        assertThat(site.sql("SELECT id FROM place")).isEqualTo("2");
        site.sql("DELETE FROM place");
        site.sql(script);
        assertThat(site.sql("SELECT id FROM place")).isEqualTo("1");
    }

    /** While the table is locked for the look, which takes some seconds, the site stores a row. */
    @Test
    void theLookGivesWayToTheSite() throws Exception {
        site = new RowSite(state, """
                CREATE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1; END $$;
                CREATE TABLE place (id int PRIMARY KEY, n int,
                    CONSTRAINT one EXCLUDE USING btree (slow(n) WITH =) DEFERRABLE);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER note AFTER INSERT ON place FOR EACH ROW EXECUTE FUNCTION note();
                INSERT INTO place SELECT g, g FROM generate_series(1, 20) g;
                """);
        site.take();
        site.sql("DELETE FROM place WHERE id = 1; CREATE OR REPLACE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql"
                + " IMMUTABLE AS $$ BEGIN PERFORM pg_catalog.pg_sleep(CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks"
                + " WHERE mode = 'ShareRowExclusiveLock' AND pid = pg_catalog.pg_backend_pid()) THEN 4 ELSE 0 END);"
                + " RETURN $1; END $$");
        CompletableFuture<Integer> restored = CompletableFuture.supplyAsync(this::apply);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> site.sql("SELECT count(*) FROM pg_locks WHERE mode = 'ShareRowExclusiveLock'"
                                + " AND relation = 'place'::regclass AND granted")
                        .equals("1"));
        long start = System.nanoTime();
        site.sql("INSERT INTO place VALUES (100, 100)");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(restored.get(90, TimeUnit.SECONDS)).as(site::err).isZero();
        assertThat(site.sql("SELECT count(*) FROM place")).isEqualTo("21");
    }
}
