package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTest {
    private final PostgresServer server = PostgresServer.shared();

    /** The server itself tells the order; that a limit of a millisecond is passed in time would only be luck. */
    @Test
    void liftsTheTimeLimitOfStatementsBeforeAnythingIsAsked() {
        String name = server.createDatabase("limited");
        String database = "ALTER DATABASE " + PostgresServer.quoted(name);
        server.psql("postgres", database + " SET statement_timeout = '1h';" + database + " SET log_statement = 'all';");

        try (Session session = new Database(server.settings(name)).open()) {
            List<String> statements = statements(session.pid());
            assertThat(statements).hasSizeGreaterThan(1);
            assertThat(statements.get(0)).isEqualTo("SET statement_timeout = 0");
            assertThat(statements.get(1)).contains("server_version_num");
        }
    }

    /** What a session has asked so far, as the server logged it before it ran it. */
    private List<String> statements(int pid) {
        return server.log()
                .lines()
                .filter(line -> line.contains(" [" + pid + "] ") && line.contains(" LOG:  "))
                .map(line -> line.replaceFirst(".* LOG:  (statement|execute [^:]*): ", ""))
                .toList();
    }
}
