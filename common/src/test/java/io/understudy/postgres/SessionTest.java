package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTest {
    private final PostgresServer server = PostgresServer.shared();

    /** The server itself shows the order; that a limit of a millisecond is passed in time would only be luck. */
    @Test
    void liftsTheTimeLimitOfStatementsBeforeAnythingIsAsked() {
        String name = server.createDatabase("limited");
        String database = "ALTER DATABASE " + PostgresServer.quoted(name);
        server.psql("postgres", database + " SET statement_timeout = '1h';" + database + " SET log_statement = 'all';");

        try (Session session = new Database(server.settings(name)).open()) {
            List<String> statements = statements(session.pid());
            assertThat(statements).hasSizeGreaterThan(2);
            assertThat(statements.get(0)).contains("pg_backend_pid");
            assertThat(session.number(
                            "SELECT reset_val::int FROM pg_catalog.pg_settings WHERE name = 'statement_timeout'"))
                    .as("set in the startup message")
                    .isZero();
        }
    }

    /** What a session has asked so far, as the server logged it before it ran it. */
    @Test
    void failsAsALostConnectionWhenTheServerEndsInTheMiddleOfARow() {
        String name = server.createDatabase("cut");
        try (Session session = new Database(server.settings(name)).open()) {
            OutputStream rows = new OutputStream() {
                private boolean ended;

                @Override
                public void write(int b) {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    if (!ended) {
                        ended = true;
                        server.psql("postgres", "SELECT pg_terminate_backend(" + session.pid() + ", 10000)");
                    }
                }
            };

            assertThatThrownBy(() -> session.copyOut("COPY (SELECT repeat('x', 100000000)) TO STDOUT", rows))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DATABASE_UNREACHABLE));
        }
    }

    @Test
    void throwsOnWhatTheReceiverOfRowsThrows() {
        String name = server.createDatabase("unwritten");
        IOException full = new IOException("no space");
        OutputStream rows = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw full;
            }
        };

        try (Session session = new Database(server.settings(name)).open()) {
            assertThatThrownBy(() -> session.copyOut("COPY (SELECT 1) TO STDOUT", rows))
                    .hasCause(full);
        }
    }

    private List<String> statements(int pid) {
        return server.log()
                .lines()
                .filter(line -> line.contains(" [" + pid + "] ") && line.contains(" LOG:  "))
                .map(line -> line.replaceFirst(".* LOG:  (statement|execute [^:]*): ", ""))
                .toList();
    }
}
