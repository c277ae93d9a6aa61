package io.understudy.replica.state;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot that is newer than what is live and loaded whole in the spare database, but not applied: what
 * {@code promote} serves first. What relies on it asks the server too: the database may have been dropped.
 *
 * @param database the spare
 * @param moment of the snapshot's data
 * @param loaded when its load ended
 */
public record Ahead(DatabaseIdentity database, SnapshotId snapshot, Instant moment, Instant loaded) {
    /** As what an apply makes live. */
    public DatabaseVersion version(PlanSet staged) {
        return new DatabaseVersion(database, Optional.of(snapshot), Optional.of(moment), Optional.of(staged));
    }
}
