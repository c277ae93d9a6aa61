package io.understudy.replica.state;

import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A random UUID of this standby, made once and kept in the state folder. It distinguishes two standbys that were
 * given one name by mistake; nothing else depends on it.
 */
public final class ReplicaId implements Supplier<Optional<String>> {
    private final StateFile<Id> file;

    private record Id(UUID id) {}

    public ReplicaId(Path state) {
        this.file = StateFile.in(state, StateEntry.REPLICA_ID, Id.class);
    }

    /**
     * Makes it where there is none.
     *
     * @return empty where the state folder does not keep it: one that does not last would look like another standby's
     */
    @Override
    public Optional<String> get() {
        Optional<String> kept = read();
        if (kept.isEmpty()) {
            file.write(new Id(UUID.randomUUID()));
        }
        return kept.or(this::read);
    }

    /** @return empty where there is none yet */
    public Optional<String> read() {
        return file.read().map(kept -> kept.id().toString());
    }
}
