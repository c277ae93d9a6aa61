package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.testing.PostgresServer;
import org.junit.jupiter.api.Test;

class LoadRightsTest {
    /** A function of the site may leave settings there, by which the next question would mean something else. */
    @Test
    void aSessionInWhichTheSitesFunctionsRunIsNoOtherOnes() {
        PostgresServer server = PostgresServer.shared();
        String name = server.createDatabase("rights");
        Database database = new Database(server.settings(name + "_live"));
        database.keepingSessions(() -> {
            LoadRights rights = LoadRights.ofUser(database, name);
            int before = pid(database.open(name));
            int own = pid(rights.open("\"public\".\"t\""));
            assertThat(own).isNotEqualTo(before);
            assertThat(pid(database.open(name))).isEqualTo(before);
            return null;
        });
    }

    private static int pid(Session opened) {
        try (Session session = opened) {
            return session.pid();
        }
    }
}
