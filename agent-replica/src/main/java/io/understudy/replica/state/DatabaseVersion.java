package io.understudy.replica.state;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Optional;

/**
 * A database that carries, carried or is to carry the site's name, and what it holds.
 *
 * @param snapshot empty: the state before the first import
 * @param moment of the snapshot's data; empty when it is not known any more
 * @param plans how the site's files became or become the snapshot's; empty when that is not known
 */
public record DatabaseVersion(
        DatabaseIdentity database, Optional<SnapshotId> snapshot, Optional<Instant> moment, Optional<PlanSet> plans) {
    /** What Understudy did not make. */
    public static DatabaseVersion foreign(DatabaseIdentity database) {
        return new DatabaseVersion(database, Optional.empty(), Optional.empty(), Optional.empty());
    }
}
