package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpareRecordTest {
    private static final SpareRecord LOADED = SpareRecord.creating(7_301_234_567_890_123_456L, "site_understudy_8f3a")
            .created(16_400)
            .loaded(new SnapshotId(1, 42), Optional.of("2026-11-20 10:00:00+00"));

    @TempDir
    private Path state;

    private StateFile<SpareRecord> file;

    @BeforeEach
    void written() {
        file = StateFile.in(state, StateEntry.SPARE, SpareRecord.class);
        file.write(LOADED);
    }

    @Test
    void readsWhatItWrote() throws IOException {
        assertThat(file.read()).contains(LOADED);
        assertThat(Files.readString(json())).containsPattern("\"check\" : \"[0-9a-f]{16}\"");
        file.delete();
        assertThat(file.read()).isEmpty();
    }

    /** It says which database is Understudy's own to drop. */
    @Test
    void noBitOfItChangesUnnoticed() throws IOException {
        byte[] good = Files.readAllBytes(json());
        for (int bit = 0; bit < good.length * Byte.SIZE; bit++) {
            byte[] bytes = good.clone();
            bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(json(), bytes);
            assertThat(readOrRefused())
                    .as(Files.readString(json(), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .isIn(Optional.of(LOADED), Optional.empty());
        }
    }

    private Path json() {
        return state.resolve("spare.json");
    }

    private Optional<SpareRecord> readOrRefused() {
        try {
            return file.read();
        } catch (UnderstudyException e) {
            assertThat(e.code()).isIn(EnumSet.of(ErrorCode.STATE_DAMAGED, ErrorCode.FORMAT_UNKNOWN));
            return Optional.empty();
        }
    }
}
