package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import org.junit.jupiter.api.Test;

/** A new password of the database counts in both agents while they run. */
class RenewedPasswordIT extends Scenario {
    @Test
    void bothAgentsGoOnWithANewPassword() {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        primary.startPrimary();
        standby.startReplica();

        String next = onTheServer(primary);
        assertRefused(primary.primary("snapshot"), ErrorCode.DATABASE_DENIED);
        Folders.writeSecret(primary.layout().passwordFile(), next + "\n");
        Folders.writeSecret(standby.layout().passwordFile(), onTheServer(standby) + "\n");
        primary.siteService("restart");
        primary.site().awaitMode("primary", ANSWERS);
        primary.site().addNote("second");

        assertThat(snapshot(primary).path("snapshot").asText()).isEqualTo("00000001-00000002");
        standby.site().awaitContent(2, 1, FOLLOWS);
        assertThat(primary.primaryAgent().orElseThrow().alive()).isTrue();
        assertThat(standby.replicaAgent().orElseThrow().alive()).isTrue();
    }

    private static String onTheServer(Server server) {
        String password = Keys.random(12);
        server.database().execute("postgres", "ALTER ROLE site PASSWORD '" + password + "'");
        return password;
    }
}
