package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Remark;
import io.understudy.filestore.WriteBatch;
import io.understudy.testing.SshServer;
import io.understudy.testing.Together;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** As the page for installing says: a user that sees one folder, and can do nothing but SFTP. */
class ChrootedServerTest {
    @Test
    void keepsObjectsDurablyAndClaimsAtomically() throws Exception {
        try (SshServer server = SshServer.startChrooted()) {
            Path root = server.newFolder();
            try (Filestore store = new SftpFilestore(server.settings(root), Ticker.system())) {
                assertThat(store.capabilities().conditionalPut()).isTrue();
                assertThat(store.remarks()).allMatch(remark -> remark.hint().isEmpty());
                assertThat(store.remarks())
                        .extracting(Remark::text)
                        .contains("files and folders are forced to disk (fsync@openssh.com)");

                store.put("replicas/one.json", Content.of(new byte[1]));
                store.put("replicas/one.json", Content.of(new byte[3]));
                try (WriteBatch batch = store.batch()) {
                    batch.put("blobs/ab/c", Content.of(new byte[2]));
                    batch.settle();
                }
                List<Boolean> won = Together.run(4, writer -> store.putIfAbsent("epochs/2.json", new byte[writer]));
                assertThat(won).containsOnlyOnce(true);
                assertThat(store.list("", "").map(object -> object.key()))
                        .containsExactly("blobs/ab/c", "epochs/2.json", "replicas/one.json");
                assertThat(root.resolve("replicas/one.json")).hasSize(3);
            }
        }
    }
}
