package io.understudy.repository;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a replica last did, as it says itself.
 *
 * @param name of the replica, unique within the site
 * @param applied the snapshot that is live there
 * @param proven the newest one whose import passed the site's health check
 * @param holds snapshots that it reads now or may go back to: retention spares them
 * @param moment of the applied snapshot's data
 * @param when the report was written, by the replica's clock
 * @param agent version of Understudy there
 */
public record ReplicaReport(
        String name,
        Optional<SnapshotId> applied,
        Optional<SnapshotId> proven,
        List<SnapshotId> holds,
        Optional<Instant> moment,
        Instant when,
        String agent) {
    public ReplicaReport {
        Objects.requireNonNull(name, "name");
        applied = applied == null ? Optional.empty() : applied;
        proven = proven == null ? Optional.empty() : proven;
        holds = List.copyOf(holds);
        moment = moment == null ? Optional.empty() : moment;
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(agent, "agent");
    }
}
