package io.understudy.replica.load;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * What is known of the spare database, written down before it is acted upon.
 *
 * @param stage how far it has come
 * @param name the name it is created under: its own by a random part, so a database of this name is Understudy's even
 *     when a crash hid its OID
 * @param cluster system identifier of its server
 * @param oid 0 while {@code CREATING}
 * @param snapshot what it holds; empty unless {@code LOADED}
 * @param volatileSince when the server was started, if tables of it would be emptied by the server's crash; empty
 *     otherwise
 */
record SpareRecord(
        Stage stage,
        String name,
        long cluster,
        long oid,
        Optional<SnapshotId> snapshot,
        Optional<String> volatileSince) {
    enum Stage {
        CREATING,
        CREATED,
        LOADED
    }

    static SpareRecord creating(long cluster, String name) {
        return new SpareRecord(Stage.CREATING, name, cluster, 0, Optional.empty(), Optional.empty());
    }

    SpareRecord created(long oid) {
        return new SpareRecord(Stage.CREATED, name, cluster, oid, Optional.empty(), Optional.empty());
    }

    SpareRecord loaded(SnapshotId snapshot, Optional<String> volatileSince) {
        return new SpareRecord(Stage.LOADED, name, cluster, oid, Optional.of(snapshot), volatileSince);
    }

    DatabaseIdentity identity() {
        return new DatabaseIdentity(cluster, oid);
    }

    boolean holds(SnapshotId wanted) {
        return stage == Stage.LOADED && snapshot.equals(Optional.of(wanted));
    }
}
