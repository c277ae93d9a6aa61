package io.understudy.replica.load;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.util.List;

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

    /**
     * Loads the snapshot into a fresh spare database and checks every row count. A spare that holds this snapshot
     * already is returned at once, one that an earlier attempt left is dropped first; a database of the spare's name
     * that Understudy did not create is refused ({@code DATABASE_FOREIGN}). Durable on return.
     *
     * @param progress receives the steps {@code schema}, {@code load} (bytes of rows), {@code indexes} and
     *     {@code statistics}
     * @return the identity of the loaded spare
     */
    DatabaseIdentity load(Manifest manifest, BlobSource blobs, Progress progress);

    /** Drops the spare that a load left, if there is one. Idempotent. */
    void dropSpare();
}
