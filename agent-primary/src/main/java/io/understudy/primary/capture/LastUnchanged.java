package io.understudy.primary.capture;

import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * That a run of the schedule found the newest snapshot to hold what the site held, and when: so it took none, and after
 * a restart that run is not missed. Thread-safe.
 */
public final class LastUnchanged {
    private final StateFile<Seen> file;

    /** @param at when the look began */
    private record Seen(UUID repository, SnapshotId snapshot, Instant at) {}

    /** @param state folder of durable state */
    public LastUnchanged(Path state) {
        this.file = StateFile.in(state, StateEntry.LAST_UNCHANGED, Seen.class);
    }

    void note(UUID repository, SnapshotId snapshot, Instant at) {
        file.write(new Seen(repository, snapshot, at));
    }

    /** When this snapshot was last seen to hold what the site held; empty: only at its own moment. */
    public Optional<Instant> of(UUID repository, SnapshotId snapshot) {
        return file.read()
                .filter(seen ->
                        seen.repository().equals(repository) && seen.snapshot().equals(snapshot))
                .map(Seen::at);
    }
}
