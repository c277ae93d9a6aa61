package io.understudy.postgres;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Secret;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.ClosedPort;
import io.understudy.testing.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DatabaseTest {
    private final PostgresServer server = PostgresServer.shared();

    @Test
    void opensSessionsInTheDefaultsOfPgDumpWhateverTheDatabaseSays() {
        String name = server.createDatabase("defaults");
        server.psql(
                "postgres",
                "ALTER DATABASE " + PostgresServer.quoted(name) + " SET DateStyle = 'SQL, DMY';"
                        + "ALTER DATABASE " + PostgresServer.quoted(name) + " SET search_path = public;"
                        + "ALTER DATABASE " + PostgresServer.quoted(name) + " SET statement_timeout = '1ms';"
                        + "ALTER DATABASE " + PostgresServer.quoted(name) + " SET default_transaction_read_only = on;"
                        + "ALTER DATABASE " + PostgresServer.quoted(name) + " SET client_encoding = 'LATIN1';");
        try (Session session = new Database(server.settings(name)).open()) {
            assertThat(setting(session, "DateStyle")).startsWith("ISO");
            assertThat(setting(session, "search_path")).isIn("", "\"\"");
            assertThat(setting(session, "row_security")).isEqualTo("off");
            assertThat(setting(session, "synchronize_seqscans")).isEqualTo("off");
            assertThat(setting(session, "extra_float_digits")).isEqualTo("3");
            assertThat(setting(session, "statement_timeout")).isEqualTo("0");
            assertThat(setting(session, "TimeZone")).isEqualTo("UTC");
            assertThat(setting(session, "application_name")).isEqualTo("understudy");
            assertThat(session.serverVersion()).isGreaterThanOrEqualTo(Database.OLDEST);
            session.execute("CREATE TABLE public.written (a int)");
        }
    }

    private static String setting(Session session, String name) {
        return session.first("SELECT current_setting(?) AS value", row -> row.text("value"), name)
                .orElseThrow();
    }

    @Test
    void reachesDatabasesWithOddNames() {
        String name = server.createDatabase("odd / ?&#%25 \"ünique\"+ name");
        try (Session session = new Database(server.settings(name)).open()) {
            assertThat(session.first("SELECT current_database() AS name", row -> row.text("name")))
                    .contains(name);
        }
    }

    @Test
    void saysWhenNobodyListens() throws IOException {
        try (ClosedPort closed = new ClosedPort()) {
            int port = closed.number();
            assertFails(
                            ErrorCode.DATABASE_UNREACHABLE,
                            () -> new Database(settings(port, "site", "postgres", "x")).open())
                    .hasMessageContaining(
                            "cannot connect to database \"site\" at 127.0.0.1:" + port + " as \"postgres\": ");
        }
    }

    @Test
    void saysWhenThePasswordIsWrongOrMissing() {
        assertFails(
                        ErrorCode.DATABASE_DENIED,
                        () -> new Database(settings(server.port(), "postgres", "postgres", "wrong-and-hidden")).open())
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("wrong-and-hidden");
        assertFails(
                ErrorCode.DATABASE_DENIED,
                () -> new Database(settings(server.port(), "postgres", "postgres", null)).open());
    }

    @Test
    void saysWhenThereIsNoSuchDatabase() {
        assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> new Database(server.settings("nowhere")).open())
                .hasMessageContaining("\"nowhere\" does not exist")
                .hasFieldOrPropertyWithValue(
                        "hint",
                        "correct database.url, or create the database; on a standby the first import creates it");
    }

    @Test
    void saysWhenTheRoleHasTooManySessions() {
        String role = server.newName("limited");
        server.createRole(role, "LOGIN PASSWORD 'x' CONNECTION LIMIT 1");
        Database database = new Database(server.settings("postgres", role, "x", Ownership.PRESERVE));
        try (Session first = database.open()) {
            assertThat(first.pid()).isPositive();
            assertFails(ErrorCode.DATABASE_BUSY, database::open).hasMessageContaining("too many connections");
        }
    }

    @Test
    void saysWhenAPrivilegeIsMissing() {
        String role = server.newName("stranger");
        server.createRole(role, "LOGIN PASSWORD 'x'");
        String name = server.createDatabase("private");
        server.psql(name, "CREATE TABLE secrets (a int);");
        try (Session session = new Database(server.settings(name, role, "x", Ownership.PRESERVE)).open()) {
            assertFails(ErrorCode.MISSING_PRIVILEGE, () -> session.execute("TABLE public.secrets"))
                    .hasMessageContaining("permission denied for table secrets");
        }
    }

    @Test
    void doesNotQuoteTheSitesRowsInErrors() {
        String name = server.createDatabase("discreet");
        server.psql(name, "CREATE TABLE t (a text PRIMARY KEY); INSERT INTO t VALUES ('confidential');");
        try (Session session = new Database(server.settings(name)).open()) {
            assertFails(
                            ErrorCode.DATABASE_FAILED,
                            () -> session.execute("INSERT INTO public.t VALUES ('confidential')"))
                    .hasMessageContaining("unique constraint")
                    .hasMessageNotContaining("confidential");
        }
    }

    @Test
    void abortsWhatAnotherThreadWaitsFor() throws Exception {
        Session session = new Database(server.settings("postgres")).open();
        int pid = session.pid();
        Thread waiting = new Thread(() -> assertThatThrownBy(() -> session.execute("SELECT pg_sleep(600)"))
                .isInstanceOf(UnderstudyException.class));
        waiting.start();
        Awaitility.await().until(() -> active(pid));
        session.abort();
        waiting.join(60_000);
        assertThat(waiting.isAlive()).isFalse();
        Awaitility.await().until(() -> !active(pid));
    }

    private boolean active(int pid) {
        return !server.psql(
                        "postgres",
                        "SELECT 1 FROM pg_stat_activity WHERE pid = " + pid + " AND query LIKE '%pg_sleep(600)'")
                .isEmpty();
    }

    @Test
    void copiesOutAndInAndCounts() {
        String name = server.createDatabase("copies");
        server.psql(
                name,
                "CREATE TABLE t (a int, b text); CREATE TABLE u (LIKE t);"
                        + "INSERT INTO t SELECT i, repeat(E'x\\ty\\n', i) FROM generate_series(1, 1000) i;");
        try (Session session = new Database(server.settings(name)).open()) {
            var rows = new ByteArrayOutputStream();
            assertThat(session.copyOut("COPY public.t TO STDOUT", rows)).isEqualTo(1000);
            assertThat(session.copyIn("COPY public.u FROM STDIN", new ByteArrayInputStream(rows.toByteArray())))
                    .isEqualTo(1000);
            assertThat(session.number("SELECT count(*) FROM (TABLE public.t EXCEPT ALL TABLE public.u) d"))
                    .isZero();
        }
    }

    @Test
    void endsTheSessionWhenTheReaderOfACopyFails() {
        Session session = new Database(server.settings("postgres")).open();
        List<Integer> read = new ArrayList<>();
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                read.add(b);
                throw new IOException("no room");
            }
        };
        assertThatThrownBy(() -> session.copyOut("COPY (SELECT generate_series(1, 10000000)) TO STDOUT", failing))
                .hasMessageContaining("no room");
        assertThat(read).hasSize(1);
        assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> session.execute("SELECT 1"));
    }

    private DatabaseSettings settings(int port, String name, String user, String password) {
        return new DatabaseSettings(
                "127.0.0.1",
                port,
                name,
                Map.of(),
                user,
                password == null ? Secret.none() : Secret.of(password),
                "postgres",
                Optional.empty(),
                1,
                Ownership.PRESERVE,
                Duration.ofSeconds(1));
    }
}
