package io.understudy.replica.round;

import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * The name of the newest snapshot that a primary announced: a hint that spares a listing, and is read before anything
 * is done with it. Thread-safe.
 */
public final class AnnouncedName {
    private Optional<SnapshotId> name = Optional.empty();

    public synchronized void announce(SnapshotId snapshot) {
        name = Optional.of(snapshot);
    }

    /** What was announced since the last call. */
    synchronized Optional<SnapshotId> take() {
        Optional<SnapshotId> taken = name;
        name = Optional.empty();
        return taken;
    }
}
