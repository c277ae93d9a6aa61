package io.understudy.primary.retention;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotBlobs.Section;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The blobs that snapshots name: about 50 bytes of memory each. It only grows: a snapshot that is deleted later leaves
 * its marks, which spares too much, never too little.
 */
final class ReferencedBlobs {
    static final String STEP = "mark";

    private final Repository repository;
    private final KnownBlobs named = KnownBlobs.none();
    private final Set<SnapshotId> marked = new HashSet<>();
    private final Set<StreamRef> known = new HashSet<>();

    ReferencedBlobs(Repository repository) {
        this.repository = repository;
    }

    /**
     * Marks all blobs of these snapshots; those that are marked already, and those that are gone, cost nothing.
     *
     * @throws UnderstudyException when one cannot be read in full: then what it names is not known, and nothing may be
     *     swept
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
            SnapshotBlobs.sections(repository.read(snapshot)).forEach(this::mark);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                throw new UnderstudyException(
                        e.code(),
                        "references of snapshot " + snapshot + " unknown, so no content is deleted: " + e.getMessage(),
                        e.hint(),
                        e);
            }
        }
    }

    /** A part that did not change has the same references in many snapshots. */
    private void mark(Section section) {
        if (!known.contains(section.references())) {
            section.forEach(repository.blobs(), part -> named.add(part.blob()));
            known.add(section.references());
        }
    }
}
