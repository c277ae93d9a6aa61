package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.ServerPair;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The primary's PostgreSQL is the oldest of this machine, the standby's the newest: one server is upgraded before the
 * other.
 */
class OtherVersionIT extends Scenario {
    @Test
    void aNewerServerImportsFromAnOlderOneAndTakesOver() {
        assumeTrue(
                PostgresServer.versions().size() > 1, "there is one PostgreSQL alone: deploy/test --on trixie has two");
        List<Integer> versions = PostgresServer.versions();
        ServerPair pair = install(false, versions.get(0));
        assertThat(version(pair.primary().database()))
                .isLessThan(version(pair.standby().database()));
        pair.primary().primary("init").successful();
        pair.standby().replica("init", "--yes").successful();
        pair.primary().primary("check").successful();

        snapshot(pair.primary());
        pair.standby().replica("check").successful();
        sync(pair.standby());

        pair.standby().site().awaitContent(1, 1, ANSWERS);
        pair.standby().replica("promote", "--yes").successful();
        pair.standby().site().awaitMode("primary", ANSWERS);
        assertThat(pair.standby().site().addNote("second")).isEqualTo(201);
        snapshot(pair.standby());
    }

    private static int version(PostgresServer server) {
        return Integer.parseInt(
                        server.query("postgres", "SHOW server_version_num").get(0))
                / 10_000;
    }
}
