package io.understudy.replica.load;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;

/** A database that a load filled: what it held when the load ended. */
record LoadedDatabase(long cluster, long oid, SnapshotId snapshot, LoadMark mark) {
    DatabaseIdentity identity() {
        return new DatabaseIdentity(cluster, oid);
    }
}
