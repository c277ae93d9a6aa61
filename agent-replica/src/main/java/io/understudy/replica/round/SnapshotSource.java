package io.understudy.replica.round;

import io.understudy.progress.Progress;
import io.understudy.replica.role.Copy;
import io.understudy.repository.BlobSource;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;

/** Where snapshots come from: the filestore behind the mirror. Errors are those of {@code repository.Repository}. */
public interface SnapshotSource {
    /** Every committed snapshot, ascending; one listing. */
    List<SnapshotId> list();

    /** Those after this one, ascending; one listing that does not grow with what is older. */
    List<SnapshotId> newerThan(SnapshotId snapshot);

    /** The highest epoch that anybody has claimed, 0 when none. */
    int highestEpoch();

    /** Brings the snapshot whole into the mirror; resumes what an earlier attempt left. The manifest is authentic on return. */
    Fetched fetch(SnapshotId snapshot, Progress progress);

    /** The mirror's blobs. */
    BlobSource blobs();

    /** Tells the repository what this replica has proven; a replica that may not write there stays silent. Never throws. */
    void report(Copy applied, Instant when);

    /** @param bytes that came over the network */
    record Fetched(Manifest manifest, long bytes) {}
}
