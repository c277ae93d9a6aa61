package io.understudy.replica.state;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Optional;

/**
 * A database that carries or carried the site's name, and what it holds.
 *
 * @param snapshot empty: the state before the first import
 * @param moment of the snapshot's data; empty when it is not known any more
 */
public record DatabaseVersion(DatabaseIdentity database, Optional<SnapshotId> snapshot, Optional<Instant> moment) {
    /** What Understudy did not make. */
    public static DatabaseVersion foreign(DatabaseIdentity database) {
        return new DatabaseVersion(database, Optional.empty(), Optional.empty());
    }
}
