package io.understudy.replica.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkerBackupModeTest {
    private static final Optional<SnapshotId> ID = Optional.of(new SnapshotId(1, 42));

    @TempDir
    Path folder;

    private Path file;
    private BackupMode backup;

    @BeforeEach
    void open() {
        file = folder.resolve("BACKUP");
        backup = new MarkerBackupMode(new Marker(file), "example", Clock.systemUTC());
    }

    @Test
    void writesWhatItReads() {
        assertThat(backup.on()).isFalse();
        assertThatThrownBy(backup::require)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NOT_BACKUP_MODE));

        backup.enter("a test", ID);

        assertThat(backup.on()).isTrue();
        assertThat(backup.named()).isEqualTo(ID);
        backup.require();
        backup.leave();
        backup.leave();
        assertThat(backup.on()).isFalse();
        assertThat(backup.named()).isEmpty();
    }

    @Test
    void aForeignMarkerCountsButNamesNothing() throws IOException {
        Files.writeString(file, "");
        assertThat(backup.on()).isTrue();
        assertThat(backup.named()).isEmpty();

        new MarkerBackupMode(new Marker(file), "another", Clock.systemUTC()).enter("a test", ID);
        assertThat(backup.named()).isEmpty();

        backup.enter("a test", ID);
        Files.writeString(file, Files.readString(file).replace("00000001-00000042", "yesterday"));
        assertThat(backup.named()).isEmpty();
    }
}
