package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import io.understudy.testing.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The whole way over SSH: a server that is neither of the two keeps the repository. */
@Tag("slow")
class SftpIT extends Scenario {
    @Test
    void theStandbyFollowsTakesOverAndFencesOverSsh() throws IOException {
        try (SshServer ssh = SshServer.start()) {
            ServerPair pair = install(false);
            Path known = Folders.write(
                    pair.home().resolve("known_hosts"), "[127.0.0.1]:" + ssh.port() + " " + ssh.hostKey() + "\n");
            String filestore = "  url: " + ssh.url(ssh.newFolder()) + "\n  ssh: {identity: " + ssh.identity()
                    + ", known_hosts: " + known + "}\n";
            for (Server server : new Server[] {pair.primary(), pair.standby()}) {
                server.configure(config -> config.replaceAll("  url: file://.*\n", filestore));
            }
            pair.primary().primary("init").successful();
            pair.standby().replica("init", "--yes").successful();
            assertThat(pair.primary().primary("check").output())
                    .contains("files and folders are forced to disk", "epochs are claimed atomically");

            snapshot(pair.primary());
            sync(pair.standby());
            pair.standby().site().awaitContent(1, 1, ANSWERS);
            ssh.killSessions();
            pair.primary().crash();
            pair.standby().replica("promote", "--yes").successful();
            pair.standby().site().awaitMode("primary", ANSWERS);

            pair.primary().database().start();
            assertRefused(pair.primary().primary("snapshot"), ErrorCode.FENCED);
            Files.writeString(known, "[127.0.0.1]:" + ssh.port() + " " + ssh.otherKey() + "\n");
            assertRefused(pair.standby().primary("snapshot"), ErrorCode.FILESTORE_DENIED);
        }
    }
}
