package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandResult;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that speaks German, to a superuser and to a user that may not choose the language. */
@Tag("slow")
class TranslatedServerTest {
    private static final String PLAIN = "plain";

    private static PostgresServer server;
    private static String database;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        server = PostgresServer.speaking("de");
        database = server.createDatabase("german");
        server.createRole(PLAIN, "LOGIN PASSWORD 'x'");
        server.psql(database, """
                CREATE TYPE mood AS ENUM ('calm');
                CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE);
                INSERT INTO person VALUES (1, 'SECRET');
                GRANT ALL ON person TO plain;
                """);
        assumeTrue(
                server.log().contains("Datenbanksystem ist bereit"),
                "this package of PostgreSQL, or this C library, has no German messages");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Tag("always")
    @Test
    void aSuperusersSessionsAndProgramsAreAnsweredInEnglish() {
        assertThat(failure(settings(PostgresServer.SUPERUSER), "INSERT INTO public.person VALUES (2, 'SECRET')"))
                .contains("duplicate key value violates unique constraint \"person_email_key\"")
                .doesNotContain("SECRET");
        assertThat(printed(PostgresServer.SUPERUSER, "SELECT 'x'::int"))
                .startsWith("ERROR:  invalid input syntax for type integer");
    }

    @Tag("always")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO public.person VALUES (2, 'SECRET')",
                "SELECT 'SECRET'::int",
                "SELECT 1 / 0, 'SECRET'",
                "DO $$ BEGIN RAISE EXCEPTION 'row SECRET' USING DETAIL = 'SECRET'; END $$",
                "DO $$ BEGIN EXECUTE 'SELECT ''SECRET''::int'; END $$",
                "SELECT to_date('SECRET', 'YYYY')",
                "SELECT 'SECRET'::public.mood",
                "SELECT '\"SECRET'::json",
            })
    void noRowIsInAMessageInAnotherLanguage(String statement) {
        assertThat(failure(settings(PLAIN), statement)).doesNotContain("SECRET");
        assertThat(ServerText.ofProgram("pg_restore: error: could not execute query: " + printed(PLAIN, statement)))
                .doesNotContain("SECRET");
    }

    @Tag("always")
    @Test
    void theConstraintIsNamedInAnyLanguage() {
        assertThat(failure(settings(PLAIN), "INSERT INTO public.person VALUES (2, 'SECRET')"))
                .contains("doppelter", "constraint \"person_email_key\", table \"person\"");
    }

    private static String failure(DatabaseSettings settings, String statement) {
        try (Session session = new Database(settings).open()) {
            UnderstudyException failed =
                    catchThrowableOfType(UnderstudyException.class, () -> session.execute(statement));
            return failed.getMessage() + failed.getCause();
        }
    }

    private String printed(String user, String statement) {
        CommandResult result = new PgTools(settings(user), new SystemCommandRunner(folder))
                .run(
                        server.tools().resolve("psql"),
                        database,
                        List.of("-X", "-c", statement),
                        Duration.ofMinutes(1),
                        UnaryOperator.identity());
        assertThat(result.errors()).isNotEmpty();
        return result.errors();
    }

    private static DatabaseSettings settings(String user) {
        return user.equals(PLAIN)
                ? server.settings(database, PLAIN, "x", Ownership.PRESERVE)
                : server.settings(database);
    }
}
