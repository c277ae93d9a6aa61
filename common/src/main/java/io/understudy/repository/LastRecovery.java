package io.understudy.repository;

import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * When a recovery key was last shown to open the newest snapshot, kept for {@code check} and the daemons' metrics. For
 * monitoring only: what cannot be read is as if it was not there.
 */
public final class LastRecovery {
    private final StateFile<Proven> file;

    /**
     * @param when the key opened it
     * @param snapshot that it opened
     * @param recipient its public half
     */
    public record Proven(UUID repository, Instant when, SnapshotId snapshot, String recipient) {}

    /** @param state the agents' state folder */
    public LastRecovery(Path state) {
        this.file = StateFile.in(state, StateEntry.RECOVERY, Proven.class);
    }

    public void keep(Proven proven) {
        file.write(proven);
    }

    public Optional<Proven> read() {
        return file.read();
    }
}
