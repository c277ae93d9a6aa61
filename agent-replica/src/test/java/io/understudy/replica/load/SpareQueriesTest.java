package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.testing.PostgresServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The operator's queries of a database that was loaded. */
class SpareQueriesTest {
    private final PostgresServer server = PostgresServer.shared();

    @Test
    void eachGivesOneRowThatIsTrueOrSaysWhyNot() {
        String spare = server.createDatabase("asked");
        server.psql(spare, """
                CREATE TABLE users (name text, is_admin bool);
                INSERT INTO users VALUES ('ann', false), ('bob', NULL);
                CREATE FUNCTION writes() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; RETURN true; END $$;
                CREATE FUNCTION privileged() RETURNS bool LANGUAGE sql AS
                    $$ SELECT usesuper FROM pg_user WHERE usename = current_user $$;
                """);
        SpareQueries queries = new SpareQueries(new Database(server.settings(spare)), spare);

        assertThat(queries.failing(
                        List.of(
                                "select count(*) = 2 from users",
                                "select name ? 'x' or true from (select '{\"a\":1}'::jsonb as name) as q -- all",
                                "select count(*) > 0 from users where is_admin",
                                "select is_admin from users where name = 'bob'",
                                "select true from users where name = 'nobody'",
                                "select true from users",
                                "select nothing",
                                "select 1",
                                "select writes()",
                                "select privileged()",
                                "select pg_sleep(60) is not null"),
                        Duration.ofSeconds(3)))
                .satisfiesExactly(
                        each -> assertThat(each)
                                .isEqualTo(
                                        "query \"select count(*) > 0 from users where is_admin\" gives false, not true"),
                        each -> assertThat(each).endsWith("gives NULL, not true"),
                        each -> assertThat(each).endsWith("gives no row"),
                        each -> assertThat(each).endsWith("gives more than one row"),
                        each -> assertThat(each).contains("fails: ").contains("nothing"),
                        each -> assertThat(each).contains("fails: "),
                        each -> assertThat(each).contains("fails: ").contains("read-only"),
                        each -> assertThat(each).endsWith("gives false, not true"),
                        each -> assertThat(each).endsWith("takes longer than 3 s"));
        assertThat(server.psql(spare, "SELECT count(*) FROM users")).isEqualTo("2");
        assertThat(server.psql(spare, "SELECT count(*) FROM pg_roles WHERE rolname LIKE '%load_%'"))
                .as("roles that were left")
                .isEqualTo("0");
    }

    @Test
    void aDatabaseThatIsGoneIsAFailure() {
        String spare = server.newName("gone");
        SpareQueries queries = new SpareQueries(new Database(server.settings(spare)), spare);

        assertThatThrownBy(() -> queries.failing(List.of("select true"), Duration.ofSeconds(1)))
                .isInstanceOf(UnderstudyException.class);
    }
}
