package io.understudy.primary.capture.database.tracking;

import io.understudy.repository.DatabaseData;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.util.Optional;
import java.util.UUID;

/**
 * What a capture may build on.
 *
 * @param repository that the snapshot goes to
 * @param newest the newest snapshot in it; empty when none may be built on
 */
public record Before(UUID repository, Optional<Newest> newest) {
    /** @param blobs where the content of the database is */
    public record Newest(SnapshotId snapshot, DatabaseData database, BlobSource blobs) {}
}
