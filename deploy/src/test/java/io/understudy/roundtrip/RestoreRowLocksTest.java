package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code restore-row} holds up nothing of the site: neither its DDL nor what waits behind that. */
@Tag("slow")
@Timeout(120)
class RestoreRowLocksTest {
    /** Each comparison with a stored row takes a quarter of a second. */
    private static final String SLOW = """
            CREATE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1; END $$;
            CREATE TABLE thing (id int PRIMARY KEY, n int);
            CREATE UNIQUE INDEX thing_n ON thing (slow(n));
            INSERT INTO thing SELECT g, g FROM generate_series(1, 40) g;
            """;

    @TempDir
    private Path state;

    /** The server's list of locks is read while each snapshot is opened. */
    @Test
    void nothingIsLockedWhileSnapshotsAreRead() {
        RowSite site = new RowSite(
                state,
                "CREATE TABLE thing (id int PRIMARY KEY, n int); INSERT INTO thing VALUES (1, 1);"
                        + " CREATE TABLE part (id int PRIMARY KEY REFERENCES thing); INSERT INTO part VALUES (1)");
        site.take();
        site.sql("DELETE FROM part; DELETE FROM thing");
        List<String> open = new java.util.ArrayList<>();
        site.snapshots().whenRead(() -> open.add(site.sql("""
                SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                WHERE c.relname IN ('thing', 'part') AND l.pid <> pg_backend_pid()
                """)));
        assertThat(site.run("restore-row", "part", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(open).isNotEmpty().containsOnly("0");
        assertThat(site.sql("SELECT count(*) FROM part, thing")).isEqualTo("1");
    }

    @Test
    void aReadGivesWayToAnAlterTableThatWaitsForIt() throws Exception {
        RowSite site = new RowSite(state, SLOW);
        site.take();
        site.sql("DELETE FROM thing WHERE id = 1; DROP INDEX thing_n; CREATE OR REPLACE FUNCTION slow(int) RETURNS int"
                + " LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1; END $$; CREATE UNIQUE INDEX thing_n ON thing (slow(n));"
                + " CREATE OR REPLACE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN"
                + " PERFORM pg_catalog.pg_sleep(0.25); RETURN $1; END $$");
        CompletableFuture<Integer> restored =
                CompletableFuture.supplyAsync(() -> site.run("restore-row", "thing", "1"));
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> reads(site) || restored.isDone());
        long start = System.nanoTime();
        site.sql("ALTER TABLE thing ADD more int");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(restored.get(90, TimeUnit.SECONDS)).as(site::err).isZero();
        assertThat(site.out()).contains("comes back: public.thing (id=1)");
    }

    /** Each row takes a quarter of a second to store, as with a trigger that does much. */
    @ParameterizedTest
    @ValueSource(
            strings = {"ALTER TABLE part ADD more int", "INSERT INTO thing (id) VALUES (1) ON CONFLICT DO NOTHING"})
    void rowsThatAreStoredGiveWayToTheSite(String statement) throws Exception {
        RowSite site = new RowSite(
                state,
                "CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing VALUES (1);"
                        + " CREATE TABLE part (id int PRIMARY KEY, thing int REFERENCES thing);"
                        + " INSERT INTO part SELECT g, 1 FROM generate_series(1, 24) g;"
                        + " CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " PERFORM pg_catalog.pg_sleep(0.25); RETURN NEW; END $$;"
                        + " CREATE TRIGGER slow BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION slow();"
                        + " ALTER TABLE part ENABLE ALWAYS TRIGGER slow");
        site.take();
        site.sql("DELETE FROM part; DELETE FROM thing");
        CompletableFuture<Integer> restored = CompletableFuture.supplyAsync(
                () -> site.run("restore-row", "thing", "1", "--with-dependents", "--apply", "--yes"));
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> stores(site) || restored.isDone());
        assertThat(restored).as(() -> site.out() + site.err()).isNotDone();
        long start = System.nanoTime();
        site.sql(statement);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThat(restored.get(90, TimeUnit.SECONDS)).as(site::err).isZero();
        assertThat(site.sql("SELECT count(*) FROM part")).isEqualTo("24");
    }

    /** A row of ours is there, and another one is on its way. */
    private static boolean stores(RowSite site) {
        return site.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                .equals("1");
    }

    private static boolean reads(RowSite site) {
        return !site.sql("SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                        + " WHERE c.relname = 'thing' AND l.granted AND l.pid <> pg_backend_pid()")
                .equals("0");
    }

    /** A transaction of ours that held one table and waited for the other would hold up both. */
    @Test
    void itHoldsNoTableWhileItWaitsForAnother() throws Exception {
        RowSite site = new RowSite(
                state,
                "CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing VALUES (1);"
                        + " CREATE TABLE part (id int PRIMARY KEY REFERENCES thing); INSERT INTO part VALUES (1)");
        site.lockTimeout("2s");
        site.take();
        site.sql("DELETE FROM part");
        CompletableFuture<String> holder = CompletableFuture.supplyAsync(
                () -> site.sql("BEGIN; LOCK TABLE part IN SHARE MODE; SELECT pg_sleep(6); COMMIT"));
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .until(() -> site.sql("SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND granted"
                                + " AND relation = 'part'::regclass")
                        .equals("1"));
        assertThat(site.run("restore-row", "part", "1", "--apply", "--yes"))
                .isEqualTo(ErrorCode.DATABASE_BUSY.exitCode());
        holder.get(90, TimeUnit.SECONDS);
        assertThat(site.sql("SELECT count(*) FROM part")).isEqualTo("0");
        assertThat(site.run("restore-row", "part", "1", "--apply", "--yes"))
                .as(site::err)
                .isZero();
    }
}
