package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserRisksTest {
    private final PostgresServer server = PostgresServer.shared();

    @Test
    void findsUsersWhoMayMoreThanTheSiteNeeds() {
        String plain = role("CREATEDB");
        String files = role("IN ROLE pg_write_server_files");
        assertThat(risks(PostgresServer.SUPERUSER, server.password()))
                .singleElement()
                .asString()
                .startsWith("database.user is \"postgres\", which is a superuser: ");
        assertThat(risks(files, "x")).singleElement().asString().contains("may run programs or read and write files");
        assertThat(risks(plain, "x")).isEmpty();
    }

    @Test
    void findsOwnersOfContentWhoMay() {
        String plain = role("");
        String odd = role("");
        server.psql("postgres", "ALTER ROLE " + odd + " RENAME TO " + PostgresServer.quoted(odd + " \"\\,{}") + ";");
        server.psql("postgres", "GRANT pg_execute_server_program TO " + PostgresServer.quoted(odd + " \"\\,{}") + ";");
        try (Session session = new Database(server.settings("postgres")).open()) {
            assertThat(UserRisks.ofOwners(session, List.of(plain, "no such role")))
                    .isEmpty();
            assertThat(UserRisks.ofOwners(session, List.of(plain, odd + " \"\\,{}", "postgres")))
                    .hasSize(2)
                    .anySatisfy(risk -> assertThat(risk).contains("names \"postgres\", which is a superuser"))
                    .anySatisfy(risk -> assertThat(risk).contains(odd));
        }
    }

    private String role(String options) {
        String name = server.newName("risk");
        server.createRole(name, "LOGIN PASSWORD 'x' " + options);
        return name;
    }

    private List<String> risks(String user, String password) {
        try (Session session = new Database(server.settings("postgres", user, password, Ownership.PRESERVE)).open()) {
            return UserRisks.ofUser(session);
        }
    }
}
