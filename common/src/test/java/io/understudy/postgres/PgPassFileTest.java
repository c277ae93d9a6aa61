package io.understudy.postgres;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Secret;
import io.understudy.failure.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgPassFileTest {
    @TempDir
    Path folder;

    @Test
    void escapesThePasswordAndHidesItFromOthersAndGoesAway() throws IOException {
        Path nested = folder.resolve("state/run");
        PgPassFile written = PgPassFile.write(Secret.of("a:b\\c d"), nested).orElseThrow();
        try (written) {
            assertThat(written.file()).content().isEqualTo("*:*:*:*:a\\:b\\\\c d\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(written.file())))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(nested)))
                    .isEqualTo("rwx------");
        }
        assertThat(nested).isEmptyDirectory();
    }

    @Test
    void writesNothingWithoutAPassword() {
        assertThat(PgPassFile.write(Secret.none(), folder)).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void removesWhatDeadAgentsLeftButNotTheFilesOfTheLiving() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Path stale = Files.writeString(folder.resolve("pgpass-" + ended.pid() + "-1"), "old");
        Path living = Files.writeString(
                folder.resolve("pgpass-" + ProcessHandle.current().pid() + "-1"), "new");
        Path other = Files.writeString(folder.resolve("pgpass-of-somebody"), "foreign");
        PgPassFile.write(Secret.of("x"), folder).orElseThrow().close();
        assertThat(stale).doesNotExist();
        assertThat(living).exists();
        assertThat(other).exists();
    }

    @Test
    void refusesAPasswordThatTheFormatCannotHold() {
        assertFails(ErrorCode.CONFIG_INVALID, () -> PgPassFile.write(Secret.of("two\nlines"), folder))
                .hasMessageNotContaining("two");
    }

    @Test
    void saysWhenTheFolderCannotBeMade() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertFails(ErrorCode.FILE_FAILED, () -> PgPassFile.write(Secret.of("x"), file.resolve("below")));
    }
}
