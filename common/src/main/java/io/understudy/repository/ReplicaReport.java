package io.understudy.repository;

import java.time.Duration;
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
 * @param id random, of the replica's state folder; absent in older reports
 * @param namesake when the replica last found a report of another one under its name; empty when not within a day
 */
public record ReplicaReport(
        String name,
        Optional<SnapshotId> applied,
        Optional<SnapshotId> proven,
        List<SnapshotId> holds,
        Optional<Instant> moment,
        Instant when,
        String agent,
        Optional<String> id,
        Optional<Instant> namesake) {
    private static final Duration RECENT = Duration.ofMinutes(15);

    public ReplicaReport {
        Objects.requireNonNull(name, "name");
        applied = applied == null ? Optional.empty() : applied;
        proven = proven == null ? Optional.empty() : proven;
        holds = List.copyOf(holds);
        moment = moment == null ? Optional.empty() : moment;
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(agent, "agent");
        id = id == null ? Optional.empty() : id;
        namesake = namesake == null ? Optional.empty() : namesake;
    }

    /**
     * When another replica of this name wrote this report, if that was within a quarter of an hour: replicas that
     * follow one schedule report within minutes, and an older report may be of the same server before it was set up
     * again.
     *
     * @param own id of the replica that asks; empty: not known
     */
    public Optional<Instant> byAnother(Optional<String> own, Instant now) {
        boolean foreign = own.isPresent() && id.isPresent() && !id.equals(own);
        return foreign && Duration.between(when, now).abs().compareTo(RECENT) < 0
                ? Optional.of(when)
                : Optional.empty();
    }
}
