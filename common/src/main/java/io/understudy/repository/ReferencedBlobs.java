package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.RepeatedLook;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotBlobs.Section;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.ListDelta;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The blobs that snapshots name, and by them those that none names. It only grows: a snapshot that is deleted later
 * leaves its marks, which spares too much, never too little.
 *
 * <p>Memory is bounded, at about 100 MB, whatever the number of blobs. Names of blobs are hashes, so a range of them
 * is a fair share of all: where all are too many to be held, only those of a lower range are, and another look, at the
 * rest of the names, follows ({@link #next}). The references are read again for it. Not thread-safe.
 */
public final class ReferencedBlobs {
    private static final String STEP = "mark";
    /** Three quarters of 2<sup>21</sup> places of 40 bytes. */
    private static final int MOST = 1_500_000;

    private final Repository repository;
    private final BlobSource source;
    private final int most;
    private final Set<SnapshotId> marked = new HashSet<>();
    private final Set<SnapshotId> orphans = new HashSet<>();
    private final Set<SnapshotId> genuineOrphans;
    private final Set<StreamRef> known = new HashSet<>();
    /** By part, the references that were read last, with all of their blobs. */
    private final Map<String, StreamRef> last = new HashMap<>();

    private KnownBlobs named = KnownBlobs.none();
    private BlobRange range;

    /** @param source of the repository's blobs */
    public ReferencedBlobs(Repository repository, BlobSource source) {
        this(repository, source, MOST);
    }

    /** @param most blobs that are held at a time, at least 1 */
    public ReferencedBlobs(Repository repository, BlobSource source, int most) {
        this(repository, source, most, BlobRange.ALL, Set.of());
    }

    /** @param genuineOrphans as {@link #genuineOrphans()} gave them before: one of these is never junk */
    public ReferencedBlobs(Repository repository, BlobSource source, Set<SnapshotId> genuineOrphans) {
        this(repository, source, MOST, BlobRange.ALL, genuineOrphans);
    }

    private ReferencedBlobs(
            Repository repository, BlobSource source, int most, BlobRange range, Set<SnapshotId> genuineOrphans) {
        this.repository = repository;
        this.source = source;
        this.most = most;
        this.range = range;
        this.genuineOrphans = new HashSet<>(genuineOrphans);
    }

    /**
     * The names behind those of this look, with the same snapshots marked; empty when there are none. What is marked
     * here is not needed any more.
     *
     * @throws UnderstudyException as {@link #add} does
     */
    public Optional<ReferencedBlobs> next(Progress progress) {
        return range.rest().map(rest -> {
            named = KnownBlobs.none();
            ReferencedBlobs next = new ReferencedBlobs(repository, source, most, rest, genuineOrphans);
            next.add(marked, progress);
            next.addOrphans(orphans, progress);
            return next;
        });
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
                mark(repository, snapshot);
                marked.add(snapshot);
                progress.report(STEP, named.storedBytes(), -1);
            }
        }
    }

    /**
     * Marks all blobs of the orphans that are there now; as {@link #add}. What no trusted key signed is none, and needs
     * nothing, unless it was genuine once: then it is damaged.
     */
    public void addOrphans(Progress progress) {
        addOrphans(repository.orphans().list(), progress);
    }

    private void addOrphans(Collection<SnapshotId> found, Progress progress) {
        Repository saved = repository.orphans();
        for (SnapshotId orphan : found) {
            if (!orphans.contains(orphan)) {
                if (genuineOrphans.contains(orphan) || isGenuine(saved, orphan)) {
                    mark(saved, orphan);
                    genuineOrphans.add(orphan);
                }
                orphans.add(orphan);
                progress.report(STEP, named.storedBytes(), -1);
            }
        }
    }

    /** What an orphan names is nowhere else. */
    private static boolean isGenuine(Repository saved, SnapshotId orphan) {
        return RepeatedLook.finds(
                () -> saved.junk(orphan).filter(junk -> !junk.isSigned()).isEmpty());
    }

    /** Those that are marked, with those that were genuine before. */
    public Set<SnapshotId> genuineOrphans() {
        return Set.copyOf(genuineOrphans);
    }

    /** Whether all orphans that are there now are marked. */
    public boolean coverOrphans() {
        return orphans.containsAll(repository.orphans().list());
    }

    /** Whether all of these are marked. */
    public boolean cover(Collection<SnapshotId> snapshots) {
        return marked.containsAll(snapshots);
    }

    /**
     * All objects of the filestore, by a listing of now, that {@link #isGarbage} says are. Close it.
     *
     * @param before what was written later stays
     */
    public Stream<ObjectInfo> garbage(Instant before) {
        Stream<ObjectInfo> listed = repository.blobs().list(range.first());
        return listed.takeWhile(info -> blob(info).filter(range::isBefore).isEmpty())
                .filter(info -> isGarbage(info, before));
    }

    /** Whether the object is a blob of this look that no marked snapshot names, and was written before that moment. */
    public boolean isGarbage(ObjectInfo info, Instant before) {
        Optional<BlobId> blob = blob(info).filter(range::contains);
        return blob.isPresent() && info.modified().isBefore(before) && !named.contains(blob.get());
    }

    private Optional<BlobId> blob(ObjectInfo info) {
        return repository.blobs().blob(info.key());
    }

    private void mark(Repository holder, SnapshotId snapshot) {
        try {
            holder.outline(snapshot).parts().forEach(this::mark);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                boolean isOrphan = holder != repository;
                throw new UnderstudyException(
                        e.code(),
                        "references of " + (isOrphan ? "orphan " : "snapshot ") + snapshot
                                + " unknown, so no content is deleted: " + e.getMessage(),
                        e.hint()
                                + (isOrphan && e.code().judgesContent()
                                        ? "; when it is lost, agent-replica orphans drop " + snapshot
                                        : ""),
                        e);
            }
        }
    }

    /**
     * A part that did not change has the same references in many snapshots; of one that did, most of the references'
     * blobs are those of the last one. So continuous snapshots do not come faster than they are marked.
     */
    private void mark(Section section) {
        if (known.contains(section.references())) {
            return;
        }
        section.own(source, part -> name(part.blob()));
        StreamRef all = section.references().whole(source);
        StreamRef before = last.getOrDefault(section.what(), StreamRef.of(List.of()));
        References.read(ListDelta.between(before, all, source).after(), source).forEachRemaining(this::name);
        known.add(section.references());
        last.put(section.what(), all);
    }

    private void name(BlobRef blob) {
        if (range.contains(blob.id())) {
            named.add(blob);
            while (named.size() > most) {
                range = range.lowerHalf();
                named = named.within(range::contains);
            }
        }
    }
}
