package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.testing.PostgresServer;
import java.time.Duration;

/** Looks for what a capture may have left on the server. */
public final class Sessions {
    private Sessions() {}

    public static void awaitNone(PostgresServer server, String database) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(queries(server, database)).isEmpty());
    }

    static String queries(PostgresServer server, String database) {
        return server.psql(
                "postgres",
                "SELECT pid, state, query FROM pg_stat_activity WHERE application_name = 'understudy' AND datname = "
                        + PostgresServer.literal(database));
    }
}
