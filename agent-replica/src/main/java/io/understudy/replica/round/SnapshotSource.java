package io.understudy.replica.round;

import io.understudy.progress.Progress;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.Epochs;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where snapshots come from: the filestore behind the mirror. Errors are those of {@code repository.Repository}. */
public interface SnapshotSource {
    /** Every committed snapshot, ascending; one listing. */
    List<SnapshotId> list();

    /** Those after this one, ascending; one listing that does not grow with what is older. */
    List<SnapshotId> newerThan(SnapshotId snapshot);

    /** The claims above an epoch: the highest that a trusted key signed, and those that are junk. */
    Epochs.Above claimedAbove(int epoch);

    /**
     * Whether the snapshot is still there, and no claim has the name of the next epoch: two questions that read
     * nothing.
     */
    boolean isStillNewest(SnapshotId snapshot);

    /** Why the object that names the repository is junk; empty where it is none. Reads it. */
    Optional<JunkObject> identityJunk();

    /**
     * The manifest of a snapshot as the repository has it, authentic; nothing is fetched.
     *
     * @throws io.understudy.failure.UnderstudyException {@code SNAPSHOT_UNKNOWN} where it was deleted since the listing
     */
    Manifest manifest(SnapshotId snapshot);

    /**
     * The rows of a snapshot that were erased since. Of one that is younger than a day nothing is asked: no rule erases
     * so soon.
     *
     * @throws io.understudy.failure.UnderstudyException where a rule erases rows and nothing says which
     */
    default ErasedKeys erased(Manifest manifest) {
        return ErasedKeys.none();
    }

    /**
     * When another standby last reported under this one's name, as the last listing found; asks nothing.
     *
     * @return empty when none did within a day
     */
    Optional<Instant> namesake();

    /**
     * Brings the snapshot whole into the mirror; resumes what an earlier attempt left. The manifest is authentic on
     * return.
     *
     * <p>Before anything is fetched it reports to the repository, as far as this replica may write there, that this
     * snapshot is about to be: a fetch takes long, and newer snapshots make retention forget this one before it ends.
     * Retention spares it until the replica reports again.
     *
     * @param now what is live here; empty before the first import
     */
    Fetched fetch(SnapshotId snapshot, Optional<Following> now, Progress progress);

    /**
     * The manifest of a snapshot that the mirror holds; its content may have gone bad. Asks this server's disk alone,
     * so the filestore may be away.
     *
     * @return empty when the mirror does not hold it, or can't be read
     */
    Optional<Manifest> held(SnapshotId snapshot);

    /** The mirror's blobs. */
    BlobSource blobs();

    /**
     * A snapshot is live for good: reports to the repository what this replica has proven, as far as it may write
     * there, and lets the mirror drop what is no longer needed. Never throws.
     */
    void settled(Following now);

    /**
     * A snapshot is loaded ahead of what is live: as {@link #settled}, but at most once a minute the report, and every
     * ten minutes the mirror. Never throws.
     */
    void ahead(Following now, SnapshotId loaded);

    /** @param bytes that came over the network */
    record Fetched(Manifest manifest, long bytes) {}
}
