package io.understudy.primary.capture.database.tracking;

import io.understudy.repository.DatabaseData;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * What a capture may build on.
 *
 * @param repository that the snapshot goes to
 * @param newest the newest snapshot in it; empty when none may be built on
 * @param frequent whether snapshots follow each other so closely that the log names none of them
 * @param keeping around the sink of the list of tables: keeps what the next capture reads of it
 */
public record Before(UUID repository, Optional<Newest> newest, boolean frequent, UnaryOperator<BlobSink> keeping) {
    public Before(UUID repository, Optional<Newest> newest) {
        this(repository, newest, false, UnaryOperator.identity());
    }

    /**
     * @param lists where the lists of the database are read: of its tables, and of the blobs of each
     * @param content where the rows and keys of its deltas are read; empty on a server that cannot read them
     */
    public record Newest(SnapshotId snapshot, DatabaseData database, BlobSource lists, Optional<BlobSource> content) {}
}
