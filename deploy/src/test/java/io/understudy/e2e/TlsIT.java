package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import org.junit.jupiter.api.Test;

/** With certificates the agents speak TLS and both sides prove who they are. */
class TlsIT extends Scenario {
    @Test
    void announcementsTravelOverTls() {
        ServerPair pair = following(false);
        Certificates.install(pair);
        for (Server server : new Server[] {pair.primary(), pair.standby()}) {
            server.configure(config -> config.replace("poll: 2s", "poll: 1d"));
        }
        pair.primary().startPrimary();
        pair.standby().startReplica();
        pair.primary().site().addNote("over TLS");

        snapshot(pair.primary());

        pair.standby().site().awaitContent(2, 1, FOLLOWS);
        assertThat(pair.standby()
                        .replica("status", "--json")
                        .successful()
                        .json()
                        .isObject())
                .isTrue();
    }
}
