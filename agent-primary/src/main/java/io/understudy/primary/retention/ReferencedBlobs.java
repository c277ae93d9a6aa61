package io.understudy.primary.retention;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.KnownBlobs;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The blobs that snapshots name: about 50 bytes of memory each. It only grows: a snapshot that is deleted later leaves its marks, which
 * spares too much, never too little.
 */
final class ReferencedBlobs {
    static final String STEP = "mark";

    private final Repository repository;
    private final KnownBlobs named = KnownBlobs.none();
    private final Set<SnapshotId> marked = new HashSet<>();
    private final Set<List<BlobId>> indexes = new HashSet<>();

    ReferencedBlobs(Repository repository) {
        this.repository = repository;
    }

    /**
     * Marks all blobs of these snapshots; those that are marked already, and those that are gone, cost nothing.
     *
     * @throws UnderstudyException when one cannot be read whole: then nobody knows what it names, and nothing may be swept
     */
    void add(Collection<SnapshotId> snapshots, Progress progress) {
        for (SnapshotId snapshot : snapshots) {
            if (!marked.contains(snapshot)) {
                mark(snapshot);
                marked.add(snapshot);
                progress.report(STEP, named.storedBytes(), -1);
            }
        }
    }

    boolean cover(Collection<SnapshotId> snapshots) {
        return marked.containsAll(snapshots);
    }

    boolean name(BlobId blob) {
        return named.contains(blob);
    }

    private void mark(SnapshotId snapshot) {
        try {
            Manifest manifest = repository.read(snapshot);
            SnapshotBlobs.ofManifest(manifest, part -> named.add(part.blob()));
            manifest.trees().forEach(this::mark);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                throw new UnderstudyException(
                        e.code(),
                        "cannot tell what content snapshot " + snapshot + " needs, so none is deleted: "
                                + e.getMessage(),
                        e.hint(),
                        e);
            }
        }
    }

    /** A tree that did not change has the same index in many snapshots. */
    private void mark(TreeData tree) {
        List<BlobId> index = tree.index().blobs().stream().map(BlobRef::id).toList();
        if (!indexes.contains(index)) {
            SnapshotBlobs.ofTree(tree, repository.blobs(), part -> named.add(part.blob()));
            indexes.add(index);
        }
    }
}
