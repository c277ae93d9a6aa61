package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Filestore;
import io.understudy.testing.FilestoreContract;
import io.understudy.testing.SshServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on OpenSSH's server. */
class SftpFilestoreTest extends FilestoreContract {
    private static SshServer server;

    private Path root;

    @BeforeAll
    static void start() {
        server = SshServer.start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected Filestore create() {
        root = server.newFolder();
        return new SftpFilestore(server.settings(root), Ticker.system());
    }

    @Test
    void canWriteConditionally() {
        assertThat(store().capabilities().conditionalPut()).isTrue();
    }
}
