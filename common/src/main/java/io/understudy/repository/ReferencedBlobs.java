package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.ObjectInfo;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotBlobs.Section;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The blobs that snapshots name, and by them those that none names: about 50 bytes of memory each. It only grows: a
 * snapshot that is deleted later leaves its marks, which spares too much, never too little. Not thread-safe.
 */
public final class ReferencedBlobs {
    private static final String STEP = "mark";

    private final Repository repository;
    private final BlobSource source;
    private final KnownBlobs named = KnownBlobs.none();
    private final Set<SnapshotId> marked = new HashSet<>();
    private final Set<StreamRef> known = new HashSet<>();

    /** @param source of the repository's blobs */
    public ReferencedBlobs(Repository repository, BlobSource source) {
        this.repository = repository;
        this.source = source;
    }

    /**
     * Marks all blobs of these snapshots; those that are marked already, and those that are gone, cost nothing.
     *
     * @param progress receives the step {@code mark}, with the bytes that are named so far, as stored
     * @throws UnderstudyException when one cannot be read in full: then what it names is not known, and nothing may be
     *     swept
     */
    public void add(Collection<SnapshotId> snapshots, Progress progress) {
        for (SnapshotId snapshot : snapshots) {
            if (!marked.contains(snapshot)) {
                mark(snapshot);
                marked.add(snapshot);
                progress.report(STEP, named.storedBytes(), -1);
            }
        }
    }

    /** Whether all of these are marked. */
    public boolean cover(Collection<SnapshotId> snapshots) {
        return marked.containsAll(snapshots);
    }

    /** Whether the object is a blob that no marked snapshot names, and was written before that moment. */
    public boolean isGarbage(ObjectInfo info, Instant before) {
        Optional<BlobId> blob = BlobId.ofKey(info.key());
        return blob.isPresent() && info.modified().isBefore(before) && !named.contains(blob.get());
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
            section.forEach(source, part -> named.add(part.blob()));
            known.add(section.references());
        }
    }
}
