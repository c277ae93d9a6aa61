package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.WriteBatch;
import io.understudy.testing.SshServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** In which order the server is asked: what it says of each request. */
class DurableOverSshTest {
    /** Requests that change something, and what they are for. */
    private static final Pattern REQUEST = Pattern.compile("(fsync|posix-rename|hardlink) .*?\"([^\"]*)\"");

    @Test
    void aFileIsForcedBeforeItGetsItsNameAndTheFolderAfterThat() throws IOException {
        try (SshServer server = SshServer.start("Subsystem sftp SFTP_SERVER -e -l DEBUG3 2>>LOG")) {
            Path root = server.newFolder();
            try (Filestore store = new SftpFilestore(server.settings(root), Ticker.system())) {
                store.put("blobs/a", Content.of(new byte[1]));
                store.putIfAbsent("epochs/1", new byte[1]);
                int before = requests(server, root).size();

                store.put("blobs/b", Content.of(new byte[100_000]));
                store.putIfAbsent("epochs/2", new byte[1]);
                try (WriteBatch batch = store.batch()) {
                    batch.put("blobs/c", Content.of(new byte[1]));
                    batch.put("blobs/d", Content.of(new byte[1]));
                    batch.settle();
                }

                List<String> all = requests(server, root);
                assertThat(all.subList(before, all.size()))
                        .containsExactly(
                                "fsync ~writing",
                                "posix-rename ~writing",
                                "fsync blobs",
                                "fsync ~writing",
                                "hardlink ~writing",
                                "fsync epochs",
                                "fsync ~writing",
                                "posix-rename ~writing",
                                "fsync ~writing",
                                "posix-rename ~writing",
                                "fsync blobs");
            }
        }
    }

    private static List<String> requests(SshServer server, Path root) throws IOException {
        return REQUEST.matcher(server.log())
                .results()
                .map(found -> found.group(1) + " "
                        + found.group(2).replace(root + "/", "").replaceAll("(~writing)/.*", "$1"))
                .toList();
    }
}
