package io.understudy.replica.fetch;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryCopy;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Transfer;
import io.understudy.repository.TransferResult;
import io.understudy.repository.blob.BlobSource;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replica's own repository on its disk, a copy of the snapshots that it works with. Every blob is checked before it
 * comes in. What goes bad later, on the disk, is found when it is read, deleted then, and fetched again by the next
 * {@link #fetch} or {@link #verify}. Thread-safe; one operation at a time, reading blobs apart.
 */
public final class Mirror {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    /** What a fetch leaves free on the disk, in bytes. */
    private static final long RESERVE = 64L << 20;

    private final Supplier<Repository> remote;
    private final Repository local;
    private final HealingBlobs blobs;
    private final Transfer transfer;
    private final LongSupplier free;
    private final Sweep sweep;
    /** What this process fetched last, of which nothing has been found missing or damaged. */
    private Optional<Manifest> whole = Optional.empty();

    /**
     * Opens the mirror, or makes it.
     *
     * @param folder of the mirror, on the disk that {@code free} measures, in bytes
     * @param threads blobs fetched at the same time
     * @throws UnderstudyException {@code REPOSITORY_EXISTS} when the mirror is of another repository
     */
    public Mirror(Filestore folder, Repository remote, int threads, LongSupplier free, Clock clock) {
        this(() -> remote, RepositoryCopy.open(folder, remote), threads, free, clock);
    }

    /**
     * One that is there, without the repository: to read what it holds while the filestore is away.
     *
     * @param remote asked when something has to be fetched; throws why it is away
     */
    Mirror(Supplier<Repository> remote, Repository local, int threads, LongSupplier free, Clock clock) {
        this.remote = remote;
        this.local = local;
        this.blobs = new HealingBlobs(local.blobs());
        this.transfer = new Transfer(threads);
        this.free = free;
        this.sweep = new Sweep(local, blobs, clock);
    }

    /** @param transfer what it took; {@link TransferResult#NOTHING} when the snapshot was here */
    public record Fetched(Manifest manifest, TransferResult transfer) {}

    /** As {@link #fetch(SnapshotId, Before, Progress)}, with nothing to do before. */
    public Fetched fetch(SnapshotId snapshot, Progress progress) {
        return fetch(snapshot, Before.NOTHING, progress);
    }

    /** What is done before a snapshot comes here; not at all when it is here. */
    public interface Before {
        Before NOTHING = new Before() {};

        /** Before the repository is asked. */
        default void begins() {}

        /** Before content is fetched. @param bytes as stored */
        default void fetches(long bytes) {}
    }

    /**
     * Brings the snapshot here, whole: content that is here already is not fetched again, one that an earlier attempt
     * began is completed. When all of it is here the repository is not asked at all.
     *
     * @param before runs before content is fetched; not at all when none has to be
     * @param progress receives the step {@code fetch} in stored bytes
     * @throws UnderstudyException {@code DISK_FULL} before the content is fetched, when there is no room for it; what
     *     {@link Transfer#copy} throws
     */
    public synchronized Fetched fetch(SnapshotId snapshot, Before before, Progress progress) {
        Optional<Manifest> held = held(snapshot);
        if (held.isPresent() && isComplete(held.get())) {
            return new Fetched(held.get(), TransferResult.NOTHING);
        }
        before.begins();
        LongConsumer admission = bytes -> {
            requireRoom(snapshot, bytes);
            before.fetches(bytes);
        };
        Optional<Manifest> like = blobs.takeDoubt() || held.isPresent() ? Optional.empty() : whole;
        whole = Optional.empty();
        TransferResult result = like.isPresent()
                ? transfer.copyNext(remote.get(), local, like.get(), snapshot, admission, reporting(progress))
                : transfer.copy(remote.get(), local, snapshot, admission, reporting(progress));
        ReplicaPoint.SNAPSHOT_MIRRORED.reached();
        Manifest fetched = local.read(snapshot);
        whole = Optional.of(fetched);
        return new Fetched(fetched, result);
    }

    /**
     * Reads every blob of a snapshot that is here, and fetches again what is damaged or missing.
     *
     * @param progress receives the step {@code verify} in plain bytes, and {@code fetch} where something is repaired
     * @throws UnderstudyException what {@link #fetch} throws, when the repository can't repair it
     */
    public synchronized Fetched verify(SnapshotId snapshot, Progress progress) {
        // Reads the indexes already, to see what is to be there: what is fetched here may be a repair too.
        Fetched fetched = fetch(snapshot, progress);
        if (blobs.areSound(fetched.manifest(), progress)) {
            return fetched;
        }
        Fetched repaired = fetch(snapshot, progress);
        return new Fetched(repaired.manifest(), fetched.transfer().plus(repaired.transfer()));
    }

    /**
     * The blobs that are here, as {@link BlobSource} promises. A damaged one is deleted when it is found, so the next
     * fetch brings it again.
     */
    public BlobSource blobs() {
        return blobs;
    }

    /** As a repository, to read from. */
    public Repository copy() {
        return local;
    }

    /** The snapshots that were fetched whole, ascending. */
    public List<SnapshotId> list() {
        return local.list();
    }

    /** @throws UnderstudyException {@code SNAPSHOT_UNKNOWN} when it is not here */
    public Manifest read(SnapshotId snapshot) {
        return local.read(snapshot);
    }

    /**
     * Deletes all snapshots but these, and the blobs that none of these names. While one of them is not here whole,
     * blobs of the last 24 hours stay, for it may be under way.
     *
     * @return bytes of the blobs that were deleted, as stored
     */
    public synchronized long trim(Set<SnapshotId> keep) {
        whole = whole.filter(each -> keep.contains(each.snapshot()));
        return sweep.trim(keep);
    }

    private static Progress reporting(Progress progress) {
        return (step, done, total) -> {
            if (done > 0) {
                ReplicaPoint.BLOB_MIRRORED.reached();
            }
            progress.report(step, done, total);
        };
    }

    private Optional<Manifest> held(SnapshotId snapshot) {
        try {
            return Optional.of(local.read(snapshot));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.SNAPSHOT_UNKNOWN) {
                return Optional.empty();
            }
            if (!e.code().judgesContent()) {
                throw e;
            }
            LOG.warn("the mirror's manifest of {} is fetched again: {}", snapshot, e.getMessage());
            local.delete(snapshot);
            return Optional.empty();
        }
    }

    private boolean isComplete(Manifest manifest) {
        try {
            SnapshotBlobs.forEach(manifest, blobs, part -> {
                if (local.blobs().stat(part.blob().id()).isEmpty()) {
                    throw HealingBlobs.gone(part);
                }
            });
            return true;
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob()) {
                throw e;
            }
            LOG.warn("the mirror's copy of {} is completed again: {}", manifest.snapshot(), e.getMessage());
            return false;
        }
    }

    private void requireRoom(SnapshotId snapshot, long bytes) {
        long room = free.getAsLong();
        if (bytes > 0 && room < bytes + RESERVE) {
            throw new UnderstudyException(
                    ErrorCode.DISK_FULL,
                    "cannot fetch snapshot " + snapshot + ": it needs " + mebibytes(bytes + RESERVE)
                            + " on the disk of " + local.name() + ", " + mebibytes(room) + " are free",
                    "free space there, or move the state folder to a larger disk");
        }
    }

    private static String mebibytes(long bytes) {
        return bytes / (1 << 20) + " MiB";
    }
}
