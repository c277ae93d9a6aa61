package io.understudy.browse;

import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The snapshots that a server can read, wherever they are. Changes nothing. Thread-safe. */
public interface SnapshotReader {
    /**
     * A snapshot, opened.
     *
     * @param blobs those that it names
     */
    record Opened(Manifest manifest, BlobSource blobs) {}

    /**
     * @param junk receives what has the name of a snapshot and is none
     * @throws io.understudy.failure.UnderstudyException {@code SNAPSHOT_UNKNOWN}, and those of the filestore
     */
    SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk);

    /** All of them, ascending. */
    List<SnapshotId> list();

    /** @throws io.understudy.failure.UnderstudyException {@code SNAPSHOT_UNKNOWN}, and why a manifest is refused */
    Opened open(SnapshotId snapshot);

    /** How keys of rows that were erased are hashed; empty where there is no repository. */
    default Optional<ErasureHash> erasureHash() {
        return Optional.empty();
    }

    /**
     * The rows that servers of this site erased.
     *
     * @param junk receives what has the name of such a list and is none
     * @throws io.understudy.failure.UnderstudyException those of the filestore: a copy on this server does not know
     */
    default ErasedKeys erased(Consumer<JunkObject> junk) {
        return ErasedKeys.none();
    }

    /**
     * What this server remembers of that, for when the filestore is away.
     *
     * @return empty where it keeps no copy, or never read it
     * @throws io.understudy.failure.UnderstudyException where the copy is damaged
     */
    default Optional<Erasures.Remembered> erasedRemembered() {
        return Optional.empty();
    }

    /**
     * Does work that opens these snapshots, while retention spares them as far as this server can have it do so.
     *
     * @param remarks receives why one may be deleted in the middle all the same: the work fails then
     */
    default <T> T held(List<SnapshotId> snapshots, Consumer<String> remarks, Supplier<T> work) {
        return work.get();
    }
}
