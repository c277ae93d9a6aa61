package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.tasks.TaskScope;
import io.understudy.testing.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SessionScopeTest {
    private final PostgresServer server = PostgresServer.shared();

    @Test
    void cancelsWhatItsSessionsWaitForOnTheServer() {
        String name = server.createDatabase("scope");
        Database database = new Database(server.settings(name));
        TaskScope scope = new TaskScope("fail");
        try (scope) {
            scope.start(() -> scope.open(database::open).execute("SELECT pg_sleep(600)"));
            await().until(() -> !sessions(name).isEmpty());
            scope.start(() -> {
                throw new IllegalStateException("enough");
            });
            assertThatThrownBy(scope::await).hasMessage("enough");
        }
        await().until(() -> sessions(name).isEmpty());
    }

    @Test
    void endsTheSessionsOfAGoodEndToo() {
        String name = server.createDatabase("scope");
        try (TaskScope scope = new TaskScope("look")) {
            Session session = scope.call(() -> scope.open(new Database(server.settings(name))::open));
            assertThat(session.number("SELECT 1")).isEqualTo(1);
        }
        await().until(() -> sessions(name).isEmpty());
    }

    private String sessions(String name) {
        return server.psql(
                "postgres",
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'understudy' AND datname = "
                        + PostgresServer.literal(name));
    }
}
