package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class PostgresServerTest {
    @Tag("always")
    @Test
    void runsScriptsAndStopsAtTheirFirstError() {
        PostgresServer server = PostgresServer.shared();
        String database = server.createDatabase("odd \"name' %");
        assertThat(server.psql(database, "CREATE TABLE t (a int); INSERT INTO t VALUES (1),(2); SELECT a, -a FROM t;"))
                .isEqualTo("1|-1\n2|-2");
        assertThatThrownBy(() -> server.psql(database, "SELECT 1/0; DROP TABLE t;"))
                .hasMessageContaining("division by zero");
        assertThat(server.psql(database, "SELECT count(*) FROM t")).isEqualTo("2");
    }

    @Tag("always")
    @Test
    void dumpsEqualDatabasesEqually() {
        PostgresServer server = PostgresServer.shared();
        String one = server.createDatabase("equal");
        String other = server.createDatabase("equal twin");
        server.psql(one, "CREATE TABLE t (a int); INSERT INTO t VALUES (1),(2);");
        server.psql(other, "CREATE TABLE t (a int); INSERT INTO t VALUES (2),(1);");
        assertThat(server.dump(one)).isEqualTo(server.dump(other)).contains("CREATE TABLE public.t");
        server.psql(other, "INSERT INTO t VALUES (3);");
        assertThat(server.dump(one)).isNotEqualTo(server.dump(other));
    }

    @Tag("always")
    @Test
    void asksForPasswords() {
        PostgresServer server = PostgresServer.shared();
        assertThatThrownBy(() -> server.connect("postgres", PostgresServer.SUPERUSER, "wrong"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
    }

    @Tag("always")
    @Tag("slow")
    @Test
    void survivesBeingKilledAndLeavesNothingWhenClosed() throws SQLException {
        PostgresServer server = PostgresServer.start();
        try (server) {
            server.psql("postgres", "CREATE TABLE kept (a int);");
            server.kill();
            assertThat(server.running()).isFalse();
            server.restart();
            try (Connection connection = server.connect("postgres")) {
                assertThat(connection.isValid(5)).isTrue();
            }
        }
        assertThat(server.running()).isFalse();
        assertThat(server.dataFolder()).doesNotExist();
    }
}
