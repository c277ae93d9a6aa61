package io.understudy.replica.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseNames;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.StreamRef;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@Tag("slow")
class DatabaseSwapTest {
    /** The machine may be busy with other tests. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PostgresServer server = PostgresServer.shared();
    private final String site = server.newName("swap");
    private final DatabaseNames names = DatabaseNames.of(site);

    @Tag("always")
    @Test
    void endsOpenSessionsOfBothDatabases() throws SQLException {
        LiveDatabases databases = loaded(server, "");
        try (Connection live = server.connect(names.live());
                Connection spare = server.connect(names.spare())) {
            Arrangement wanted = exchanged(databases.look());
            databases.arrange(wanted);
            assertThat(databases.look()).isEqualTo(wanted);
            assertThat(live.isValid(1)).isFalse();
            assertThat(spare.isValid(1)).isFalse();
        }
        assertThat(server.psql(names.live(), "SELECT what FROM content")).isEqualTo("new");
        assertThat(server.psql(names.previous(), "SELECT what FROM content")).isEqualTo("old");
    }

    @Tag("always")
    @Test
    void namesTablesThatAreGoneOrEmptiedAndWaitsForNoLockOfOthers() throws SQLException {
        LiveDatabases databases = loaded(server, "");
        server.psql(
                names.live(),
                "CREATE SCHEMA s; CREATE TABLE s.kept (id int); INSERT INTO s.kept VALUES (1); CREATE TABLE s.none (id int);"
                        + " CREATE TABLE s.cut (id int); INSERT INTO s.cut VALUES (1); CREATE TABLE s.gone (id int);"
                        + " INSERT INTO s.gone VALUES (1); CREATE TABLE s.shared (id int, t text) PARTITION BY LIST (id);"
                        + " ANALYZE");
        List<TableData> applied =
                List.of(table("kept", 1), table("none", 0), table("cut", 1), table("gone", 1), table("shared", 0));
        assertThat(databases.lacking(applied)).isEmpty();
        server.psql(names.live(), "TRUNCATE s.cut; DROP TABLE s.gone; DROP TABLE s.none");

        assertThat(databases.lacking(applied)).containsExactly("s.cut", "s.gone", "s.none");

        try (Connection other = server.connect(names.live())) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE s.kept IN ACCESS EXCLUSIVE MODE");
            assertThat(databases.lacking(List.of(table("kept", 1)))).isEmpty();
        }
    }

    private static TableData table(String name, long rows) {
        return new TableData(
                "s", name, List.of("id"), List.of(), rows, rows, null, null, new TableContent(StreamRef.of(List.of())));
    }

    @Test
    void winsAgainstSessionsThatKeepConnecting() throws Exception {
        LiveDatabases databases = loaded(server, "");
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(6);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            running.add(clients.submit(() -> connectAgainAndAgain(enough, served)));
        }
        Awaitility.await().atMost(PATIENCE).until(() -> served.get() > 20);
        for (int round = 0; round < 5; round++) {
            Arrangement now = databases.look();
            Arrangement wanted = round == 0 ? exchanged(now) : new Arrangement(now.previous(), now.spare(), now.live());
            databases.arrange(wanted);
            assertThat(databases.look()).isEqualTo(wanted);
        }
        int before = served.get();
        Awaitility.await().atMost(PATIENCE).until(() -> served.get() > before + 20);
        enough.set(true);
        for (Future<?> client : running) {
            client.get();
        }
        clients.shutdown();
    }

    private void connectAgainAndAgain(AtomicBoolean enough, AtomicInteger served) {
        while (!enough.get()) {
            try (Connection connection = server.connect(names.live())) {
                connection.createStatement().executeQuery("SELECT what, pg_sleep(0.01) FROM content");
                served.incrementAndGet();
            } catch (SQLException e) {
                // That is what a site sees for a moment.
            }
        }
    }

    @Test
    void refusesWhilePreparedTransactionsStayAndNamesThem() {
        LiveDatabases databases = loaded(server, "");
        server.psql(names.live(), "BEGIN; INSERT INTO content VALUES ('x'); PREPARE TRANSACTION 'it''s " + site + "';");
        Arrangement before = databases.look();
        UnderstudyException failure = failure(() -> databases.arrange(exchanged(before)));
        assertThat(failure.code()).isEqualTo(ErrorCode.DATABASE_BUSY);
        assertThat(failure).hasMessageContaining("it''s " + site);
        assertThat(failure.hint()).contains("ROLLBACK PREPARED");
        assertThat(databases.look()).isEqualTo(before);
        server.psql(names.live(), "ROLLBACK PREPARED 'it''s " + site + "';");
        databases.arrange(exchanged(before));
        assertThat(databases.look()).isEqualTo(exchanged(before));
    }

    @Test
    void worksForAnOwnerWhoMayCreateDatabases() {
        server.createRole(site, "LOGIN PASSWORD 'x' CREATEDB");
        LiveDatabases databases = loaded(server, " OWNER " + site);
        Arrangement wanted = exchanged(databases.look());
        databases.arrange(wanted);
        assertThat(databases.look()).isEqualTo(wanted);
    }

    /** Whichever of the two is renamed first: the other may not be, and then neither is. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void renamesAllOrNothing(boolean ownsTheLive) {
        server.createRole(site, "LOGIN PASSWORD 'x' CREATEDB");
        LiveDatabases databases = loaded(server, " OWNER " + site);
        databases.arrange(exchanged(databases.look()));
        Arrangement before = databases.look();
        String foreign = PostgresServer.quoted(ownsTheLive ? names.previous() : names.live());
        server.psql("postgres", "ALTER DATABASE " + foreign + " OWNER TO postgres;");

        failure(() -> databases.arrange(new Arrangement(before.previous(), before.spare(), before.live())));

        assertThat(databases.look()).isEqualTo(before);
    }

    @Tag("slow")
    @Test
    void saysWhoStaysWhenItMayNotEndThem() throws SQLException {
        server.createRole(site, "LOGIN PASSWORD 'x' CREATEDB");
        loaded(server, " OWNER " + site);
        LiveDatabases databases =
                new DatabaseSwap(new Database(server.settings(site, site, "x", Ownership.SINGLE)), Ticker.system());
        Arrangement before = databases.look();
        try (Connection superior = server.connect(names.live())) {
            UnderstudyException failure = failure(() -> databases.arrange(exchanged(before)));
            assertThat(failure.code()).isEqualTo(ErrorCode.DATABASE_BUSY);
            assertThat(failure).hasMessageContaining("postgres");
            assertThat(failure.hint()).contains("pg_signal_backend");
            assertThat(databases.look()).isEqualTo(before);
            assertThat(superior.isValid(5)).isTrue();
        }
    }

    @Test
    void discardsADatabaseWithASubscriptionASlotAndSessions() throws SQLException {
        LiveDatabases databases = loaded(server, "");
        server.psql(
                names.spare(),
                "CREATE SUBSCRIPTION \"odd sub\" CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false);"
                        + "SELECT pg_create_logical_replication_slot('" + site + "', 'test_decoding');");
        Arrangement before = databases.look();
        try (Connection connection = server.connect(names.spare())) {
            databases.discard(before.spare().orElseThrow());
            assertThat(connection.isValid(1)).isFalse();
        }
        assertThat(databases.look()).isEqualTo(new Arrangement(before.live(), Optional.empty(), before.previous()));
    }

    /** The server dies at any moment: afterwards it has the old arrangement or the new, never a part of each. */
    @Tag("slow")
    @Test
    void isOldOrNewWhenTheServerDiesMeanwhile() throws Exception {
        Random random = new Random(20261120);
        try (PostgresServer mortal = PostgresServer.start(List.of("fsync=on", "synchronous_commit=on"))) {
            LiveDatabases databases = loaded(mortal, "");
            Arrangement now = databases.look();
            databases.arrange(exchanged(now));
            for (int round = 0; round < 4; round++) {
                Arrangement before = databases.look();
                Arrangement wanted = new Arrangement(before.previous(), before.spare(), before.live());
                CompletableFuture<Void> arranging = CompletableFuture.runAsync(() -> databases.arrange(wanted));
                Ticker.system().sleep(Duration.ofMillis(10 + random.nextInt(120)));
                mortal.kill();
                arranging.exceptionally(failure -> null).join();
                mortal.restart();
                assertThat(databases.look()).isIn(before, wanted);
                databases.arrange(wanted);
                assertThat(databases.look()).isEqualTo(wanted);
            }
        }
    }

    /** A live database with old content, a spare with new, no previous. */
    private LiveDatabases loaded(PostgresServer server, String options) {
        for (String name : List.of(names.live(), names.spare())) {
            server.psql("postgres", "CREATE DATABASE " + PostgresServer.quoted(name) + options + ";");
            String content = name.equals(names.live()) ? "old" : "new";
            server.psql(name, "CREATE TABLE content (what text); INSERT INTO content VALUES ('" + content + "');");
        }
        return options.isEmpty()
                ? new DatabaseSwap(new Database(server.settings(site)), Ticker.system())
                : new DatabaseSwap(new Database(server.settings(site, site, "x", Ownership.SINGLE)), Ticker.system());
    }

    private static Arrangement exchanged(Arrangement now) {
        return new Arrangement(now.spare(), Optional.empty(), now.live());
    }

    private static UnderstudyException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(UnderstudyException.class, call);
    }
}
