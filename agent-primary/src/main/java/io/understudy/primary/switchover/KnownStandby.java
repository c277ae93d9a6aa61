package io.understudy.primary.switchover;

import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Optional;

/**
 * A standby as it reported itself: over gRPC, or in the repository.
 *
 * @param connected whether it follows over gRPC now; false where that is not known
 * @param state as its status shows it; empty in a report of the repository
 * @param applied the snapshot that is live there
 * @param ahead a newer one that is loaded there
 * @param held the newest that it does not apply before an operator has decided; empty in a report of the repository
 * @param busy whether it works on a snapshot now: the final one would wait for the end of that
 * @param version of Understudy there; empty in a report of the repository
 * @param when it reported
 * @param fault what failed there last
 */
public record KnownStandby(
        String name,
        boolean connected,
        Optional<String> state,
        Optional<SnapshotId> applied,
        Optional<SnapshotId> ahead,
        Optional<SnapshotId> held,
        boolean busy,
        Optional<String> version,
        Instant when,
        Optional<String> fault) {
    /** Whether it makes a snapshot live now: it follows again when that has ended. */
    boolean applies() {
        return state.filter("applying"::equals).isPresent();
    }

    /** Whether it has all up to this snapshot, live or loaded. */
    boolean has(SnapshotId snapshot) {
        return applied.filter(id -> id.compareTo(snapshot) >= 0).isPresent()
                || ahead.filter(id -> id.compareTo(snapshot) >= 0).isPresent();
    }
}
