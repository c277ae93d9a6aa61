package io.understudy.filestore.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Filestore;
import io.understudy.testing.FilestoreContract;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system without hard links: the whole contract holds, among the agents of one host. */
class WithoutLinksTest extends FilestoreContract {
    @TempDir
    private Path root;

    @Override
    protected Filestore create() {
        return new DirectoryFilestore(root, new Disk() {
            @Override
            void link(Path name, Path file) throws IOException {
                throw new FileSystemException(name.toString(), file.toString(), "Operation not permitted");
            }
        });
    }

    @Test
    void admitsThatHostsMayRace() {
        assertThat(store().capabilities().conditionalPut()).isFalse();
    }

    @Test
    void oneOfManyWritersOfAHostWins() throws Exception {
        List<Boolean> won = together(20, writer -> store().putIfAbsent("claim", bytes("writer " + writer)));
        assertThat(won).containsOnlyOnce(true);
        assertThat(read("claim", 0)).isEqualTo("writer " + won.indexOf(true));
        assertThat(keys("", "")).containsExactly("claim");
    }
}
