package io.understudy.primary.app;

import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** When a plain repository became an encrypted one. */
final class EncryptionSwitch {
    private final StateFile<Noted> file;

    /** @param newest snapshot then; a later one was made with the keys */
    record Noted(UUID repository, Optional<SnapshotId> newest, Instant when) {}

    /** @param state folder of durable state */
    EncryptionSwitch(Path state) {
        this.file = StateFile.in(state, StateEntry.ENCRYPT, Noted.class);
    }

    void note(UUID repository, Optional<SnapshotId> newest, Instant when) {
        file.write(new Noted(repository, newest, when));
    }

    Optional<Noted> of(UUID repository) {
        return file.read().filter(noted -> noted.repository().equals(repository));
    }
}
