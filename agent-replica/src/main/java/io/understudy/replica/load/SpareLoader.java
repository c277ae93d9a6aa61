package io.understudy.replica.load;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Fills the spare database next to the live one. What is live is never touched. Not for concurrent use. */
public interface SpareLoader {
    /**
     * Finds everything that would stop a load before it starts: missing roles, extensions, privileges, a server older
     * than the source, tools that do not fit, too little disk. All faults found are in the one message.
     */
    void preflight(Manifest manifest);

    /**
     * What loads, but gives the content more rights on this server than the site needs: each for people, empty when all
     * is well.
     */
    default List<String> risks(Manifest manifest) {
        return List.of();
    }

    /** Why every load is one in full, and what would change that, for people; empty when it is not so. */
    default Optional<String> hindrance() {
        return Optional.empty();
    }

    /**
     * The database that the next load begins with, which is no longer live: it is brought up by differences, so it is
     * not to be dropped, and the snapshot that it holds is to stay in the mirror. Empty when there is none.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}, {@code STATE_DAMAGED}
     */
    Optional<Base> base();

    /**
     * Whether {@link #base} can be brought up to this snapshot in quiet: it holds an older one, differences are all
     * that it takes, and no rules of this standby run behind each load.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}, {@code STATE_DAMAGED}
     */
    default boolean isBehind(SnapshotId live) {
        return false;
    }

    /**
     * The spare, when it holds this snapshot as a whole and has kept it since its load ended.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}, {@code STATE_DAMAGED}
     */
    Optional<DatabaseIdentity> holding(SnapshotId snapshot);

    /**
     * The tables of a database that this standby's own rules changed behind its load, qualified as SQL names them:
     * their rows are not those of the snapshot.
     *
     * @throws io.understudy.failure.UnderstudyException {@code STATE_DAMAGED}
     */
    default Set<String> ownTables(DatabaseIdentity database) {
        return Set.of();
    }

    /** @param snapshot that it holds */
    record Base(DatabaseIdentity database, SnapshotId snapshot) {}

    /**
     * Makes the spare database one that holds the snapshot, and checks its rows: from {@link #base} by differences, or
     * in a fresh database. A spare that holds this snapshot already is returned at once, apart from what loads that
     * kept it ready left to do before it becomes live; a database of the spare's name that Understudy did not create is
     * refused ({@code DATABASE_FOREIGN}). Durable on return.
     *
     * @param progress receives the steps {@code load} (bytes of rows) and {@code statistics}, in a fresh database
     *     {@code schema} and {@code indexes} too
     */
    LoadedSpare load(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress);

    /** As {@link #load}, with no older snapshot at hand. */
    default DatabaseIdentity load(Manifest manifest, BlobSource blobs, Progress progress) {
        return load(manifest, blobs, none -> Optional.empty(), progress).database();
    }

    /**
     * Merges into the indexes of the spare what loads that kept it ready put off. It may be interrupted at any time:
     * the rest is in the spare too, where searches find it, and is merged by a later call or by the server.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}, {@code CANCELLED}; the spare is as whole
     *     as before
     */
    default void mergeIndexes() {}

    /**
     * Of a {@link #load} that was given up: whether nothing of it was committed, so that the spare still holds this
     * snapshot as a whole, and {@link #holding} says so again.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}, {@code STATE_DAMAGED}
     */
    default boolean takeBack(SnapshotId snapshot) {
        return false;
    }

    /**
     * Asks the spare, which holds a whole snapshot, and changes nothing.
     *
     * @param queries each is to give one row whose first column is true
     * @param limit of each
     * @return why those that do not, for people; empty when all hold
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*} where the server cannot be asked
     */
    default List<String> failing(List<String> queries, Duration limit) {
        return queries.stream()
                .map(query -> "query \"" + query + "\": there is no database of PostgreSQL to ask")
                .toList();
    }

    /** @param database the spare */
    record LoadedSpare(DatabaseIdentity database, LoadReport report) {}

    /**
     * Compares the rows of the live database with the digests of the snapshot that it is to hold. Changes nothing.
     *
     * @param progress receives the step {@code verify} in bytes of rows
     * @return the tables that differ, by name
     */
    List<TableDifference> compareLive(Manifest manifest, BlobSource blobs, Progress progress);

    /**
     * @param table with the buckets of its digest that differ, for people
     * @param written whether something wrote into it on this server since it was imported; else it is damaged, or that
     *     is not known
     */
    record TableDifference(String table, boolean written) {}

    /** Drops the spare that a load left, if there is one. Idempotent. */
    void dropSpare();
}
