package io.understudy.postgres;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.process.CommandResult;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.PgBouncer;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class PoolerTest {
    private final PostgresServer server = PostgresServer.shared();
    private final String name = server.createDatabase("pooled");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "transaction, 20, 0",
        "transaction, 20, 1",
        "transaction, 1, 0",
        "transaction, 2, 1",
        "statement, 20, 0",
        "statement, 1, 0"
    })
    @Tag("always")
    void refusesAPoolThatDoesNotKeepSessionsTogetherAndLeavesNothingInIt(String mode, int size, int roundRobin)
            throws SQLException {
        server.psql(name, "CREATE TABLE t (a int);");
        try (PgBouncer pool = PgBouncer.start(
                server,
                folder,
                "pool_mode = " + mode,
                "default_pool_size = " + size,
                "server_round_robin = " + roundRobin)) {
            for (int i = 0; i < 3; i++) {
                assertFails(ErrorCode.CONFIG_INVALID, () -> new Database(pool.settings(name)).open())
                        .hasMessageContaining("a connection pooler in transaction or statement mode is in between");
            }
            PgTools tools = new PgTools(pool.settings(name), new SystemCommandRunner(folder));
            assertFails(
                    ErrorCode.CONFIG_INVALID,
                    () -> tools.run(
                            server.tools().resolve("pg_dump"),
                            name,
                            List.of(),
                            Duration.ofMinutes(1),
                            UnaryOperator.identity()));
            String url = "jdbc:postgresql://127.0.0.1:" + pool.settings(name).port() + "/" + name
                    + "?assumeMinServerVersion=12&preferQueryMode=simple";
            try (Connection site = DriverManager.getConnection(url, "site", "");
                    Statement statement = site.createStatement()) {
                statement.execute("SELECT * FROM t");
                try (ResultSet path = statement.executeQuery("SHOW search_path")) {
                    path.next();
                    assertThat(path.getString(1)).isEqualTo("\"$user\", public");
                }
            }
        }
    }

    @Tag("always")
    @ParameterizedTest
    @ValueSource(strings = {"extra_float_digits", "options"})
    void passesAPoolInSessionMode(String ignored) {
        server.psql(name, "CREATE TABLE t (a int);");
        try (PgBouncer pool = PgBouncer.start(
                server,
                folder,
                "pool_mode = session",
                "default_pool_size = 5",
                "ignore_startup_parameters = " + ignored)) {
            try (Session session = new Database(pool.settings(name)).open()) {
                assertThat(session.number("SELECT count(*) FROM public.t")).isZero();
                assertThat(session.first("SHOW search_path", row -> row.text("search_path")))
                        .contains("\"\"");
            }
            PgTools tools = new PgTools(pool.settings(name), new SystemCommandRunner(folder));
            CommandResult result = tools.run(
                    server.tools().resolve("pg_dump"),
                    name,
                    List.of("--schema-only"),
                    Duration.ofMinutes(1),
                    UnaryOperator.identity());
            assertThat(result.errors()).isEmpty();
            assertThat(result.output()).contains("CREATE TABLE public.t");
        }
    }

    @Tag("always")
    @Test
    void saysWhichParameterAPoolRefuses() {
        try (PgBouncer pool = PgBouncer.start(server, folder, "pool_mode = session")) {
            DatabaseSettings settings = pool.settings(name, Map.of("options", "-c geqo=off"));
            assertFails(ErrorCode.CONFIG_INVALID, () -> new Database(settings).open())
                    .hasMessageContaining("unsupported startup parameter")
                    .hasFieldOrPropertyWithValue(
                            "hint",
                            "let database.url name the PostgreSQL server itself, or take the parameter out of it");
        }
    }

    @Test
    void saysWhenAPoolHasNoSecondSession() {
        try (PgBouncer pool = PgBouncer.start(server, folder, "pool_mode = session", "default_pool_size = 1")) {
            assertFails(ErrorCode.DATABASE_BUSY, () -> new Database(pool.settings(name)).open())
                    .hasMessageContaining("has no second session");
        }
    }
}
