package io.understudy.replica.load;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is known of the spare database, written down before it is acted upon.
 *
 * @param stage how far it has come
 * @param name the name it is created under: its own by a random part, so a database of this name is Understudy's even
 *     when a crash hid its OID; of one that is changed, the name that it had as a retired one
 * @param cluster system identifier of its server
 * @param oid 0 while {@code CREATING}
 * @param snapshot what it holds; empty unless {@code LOADED}
 * @param volatileSince when the server was started, if tables of it would be emptied by the server's crash
 * @param change what it is changed from and into, while {@code CHANGING}
 */
record SpareRecord(
        Stage stage,
        String name,
        long cluster,
        long oid,
        Optional<SnapshotId> snapshot,
        Optional<String> volatileSince,
        Optional<Change> change) {
    enum Stage {
        CREATING,
        CREATED,
        /** It held another snapshot as a whole and is brought up by differences. */
        CHANGING,
        LOADED
    }

    /**
     * @param from what it held
     * @param transactions by what each changes: their numbers, written down before they are committed, so that the
     *     server can be asked after a crash whether they were
     * @param beyond whether something was changed that is in none of these transactions
     * @param attempts that were begun, less those that were given up: what a process died of counts too
     * @param own tables that the transaction of this standby's own rules changes
     */
    record Change(
            LoadedDatabase from,
            SnapshotId into,
            Map<String, Long> transactions,
            boolean beyond,
            int attempts,
            Set<String> own) {
        Change {
            transactions = Map.copyOf(transactions);
            own = own == null ? Set.of() : Set.copyOf(own);
        }

        Change(LoadedDatabase from, SnapshotId into, Map<String, Long> transactions, boolean beyond, int attempts) {
            this(from, into, transactions, beyond, attempts, Set.of());
        }

        Change with(String part, long transaction) {
            Map<String, Long> more = new TreeMap<>(transactions);
            more.put(part, transaction);
            return new Change(from, into, more, beyond, attempts, own);
        }

        Change withOwn(Set<String> tables) {
            return new Change(from, into, transactions, beyond, attempts, tables);
        }

        Change withMoreBeyond() {
            return new Change(from, into, transactions, true, attempts, own);
        }

        Change givenUp() {
            return new Change(from, into, transactions, beyond, Math.max(0, attempts - 1), own);
        }
    }

    static SpareRecord creating(long cluster, String name) {
        return new SpareRecord(Stage.CREATING, name, cluster, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * @param name that the database of {@code change} has now
     */
    static SpareRecord changing(String name, Optional<String> volatileSince, Change change) {
        DatabaseIdentity database = change.from().identity();
        return new SpareRecord(
                Stage.CHANGING,
                name,
                database.cluster(),
                database.oid(),
                Optional.empty(),
                volatileSince,
                Optional.of(change));
    }

    /** @param next of the same database */
    SpareRecord with(Change next) {
        return changing(name, volatileSince, next);
    }

    SpareRecord created(long oid) {
        return new SpareRecord(Stage.CREATED, name, cluster, oid, Optional.empty(), Optional.empty(), Optional.empty());
    }

    SpareRecord loaded(SnapshotId snapshot, Optional<String> volatileSince) {
        return new SpareRecord(
                Stage.LOADED, name, cluster, oid, Optional.of(snapshot), volatileSince, Optional.empty());
    }

    DatabaseIdentity identity() {
        return new DatabaseIdentity(cluster, oid);
    }

    boolean holds(SnapshotId wanted) {
        return stage == Stage.LOADED && snapshot.equals(Optional.of(wanted));
    }

    /**
     * Whether this database is the spare that is meant.
     *
     * @param now the name that it has
     * @param spare the spare's name
     */
    boolean isOf(DatabaseIdentity database, String now, String spare) {
        boolean same = database.equals(identity());
        return switch (stage) {
            case CREATING -> database.cluster() == cluster && now.equals(name);
            case CREATED -> database.cluster() == cluster && now.equals(name) || same && now.equals(spare);
            case CHANGING -> same && (now.equals(name) || now.equals(spare));
            // What went live and was retired has its retired name again: it is no spare.
            case LOADED -> same && now.equals(spare);
        };
    }
}
