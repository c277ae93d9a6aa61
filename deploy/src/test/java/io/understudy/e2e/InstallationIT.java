package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Layout;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two servers are installed in the order of the documentation, and the standby had a life before. */
@Tag("slow")
class InstallationIT extends Scenario {
    @Test
    void theDocumentedOrderWorksAndKeepsWhatStoodOnTheStandby() throws IOException {
        ServerPair pair = install(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        Layout a = primary.layout();
        Layout b = standby.layout();
        for (Path key :
                new Path[] {a.privateKey(), a.publicKey(), a.peerKey(), b.privateKey(), b.publicKey(), b.peerKey()}) {
            Files.delete(key);
        }
        standby.database().execute("postgres", "CREATE DATABASE site OWNER site");
        standby.database().execute("site", "CREATE TABLE former AS SELECT 1 AS life");
        Folders.write(b.media().resolve("former.txt"), "kept");

        primary.primary("init").successful();
        Folders.copy(a.publicKey(), b.peerKey());
        assertRefused(standby.replica("init"), ErrorCode.CONFIRMATION_NEEDED);
        standby.replica("init", "--yes").successful();
        Folders.copy(b.publicKey(), a.peerKey());
        primary.primary("check").successful();
        snapshot(primary);
        standby.replica("check").successful();
        sync(standby);

        standby.site().awaitContent(1, 1, ANSWERS);
        assertThat(standby.database()
                        .query("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'site_%' ORDER BY 1"))
                .hasSize(1)
                .allSatisfy(name -> assertThat(standby.database().query(name, "SELECT life FROM former"))
                        .containsExactly("1"));
        assertThat(b.media().resolve("former.txt")).doesNotExist();
        assertThat(Program.of("grep", "-rlx", "kept", b.media().resolve(".understudy/undo"))
                        .run(ANSWERS)
                        .successful()
                        .output()
                        .lines())
                .hasSize(1);
        standby.replica("promote", "--yes").successful();
        assertRefused(primary.primary("snapshot"), ErrorCode.FENCED);
    }
}
