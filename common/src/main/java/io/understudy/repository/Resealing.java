package io.understudy.repository;

import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.ObjectInfo;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobResealing;
import io.understudy.repository.blob.BlobResealing.Outcome;
import io.understudy.repository.key.SigningKey;
import io.understudy.tasks.TaskScope;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Encrypts all content of one filestore to the newest key of its repository: first the blobs, in the order of their
 * names, then the manifests, those of orphans at last. Each object is replaced under its name by one of equal content,
 * so every snapshot is whole at any moment for a reader that has all keys. Repeated, it changes nothing that is done.
 *
 * <p>Nothing may be deleted from the repository at the same time, and what is written by others is for the newest key.
 * For one pass; used by one thread.
 */
public final class Resealing {
    private static final String WHAT = "encrypt content again";
    private static final String STEP = "rekey";
    private static final int THREADS = 4;
    /** Blobs between two looks at the time. */
    private static final int BATCH = 64;

    private final Repository repository;
    private final BlobResealing blobs;
    private final SigningKey key;
    private final LongAdder resealed = new LongAdder();
    private final LongAdder unreadable = new LongAdder();
    private long doneBytes;
    private long left;
    private long leftBytes;

    /**
     * How far it is.
     *
     * @param resealed objects that were encrypted again
     * @param left objects that were not looked at
     * @param leftBytes of the blobs among them, as stored
     * @param unreadable objects that are damaged, and stay as they are
     */
    public record Result(long resealed, long left, long leftBytes, long unreadable) {
        public static final Result NOTHING = new Result(0, 0, 0, 0);

        public Result and(Result other) {
            return new Result(
                    resealed + other.resealed,
                    left + other.left,
                    leftBytes + other.leftBytes,
                    unreadable + other.unreadable);
        }

        public boolean isDone() {
            return left == 0;
        }
    }

    Resealing(Repository repository, SigningKey key) {
        this.repository = repository;
        this.blobs = repository.blobs().resealing();
        this.key = key;
    }

    /**
     * Goes on as long as it may.
     *
     * @param after the last blob that is done; empty: none
     * @param goesOn asked before each few blobs, and before each manifest
     * @param done receives the last blob that is done, after each few
     * @param progress receives the step {@code rekey} in stored bytes
     * @throws UnderstudyException what the filestore throws; {@code CANCELLED}
     */
    public Result run(Optional<BlobId> after, BooleanSupplier goesOn, Consumer<BlobId> done, Progress progress) {
        try (Stream<ObjectInfo> all = list(after)) {
            all.forEach(object -> {
                left++;
                leftBytes += object.size();
            });
        }
        List<SnapshotId> snapshots = repository.list();
        List<SnapshotId> orphans = repository.orphans().list();
        left += snapshots.size() + orphans.size();
        try (TaskScope scope = new TaskScope(WHAT);
                Stream<ObjectInfo> all = list(after)) {
            Iterator<ObjectInfo> objects = all.iterator();
            while (objects.hasNext() && goesOn.getAsBoolean()) {
                Cancellation.check(WHAT);
                batch(scope, objects, done, progress);
            }
            if (!objects.hasNext()) {
                manifests(repository, snapshots, goesOn);
                manifests(repository.orphans(), orphans, goesOn);
            }
        }
        return new Result(resealed.sum(), Math.max(0, left), Math.max(0, leftBytes), unreadable.sum());
    }

    private Stream<ObjectInfo> list(Optional<BlobId> after) {
        return after.map(blob -> repository.blobs().list(blob.toString()))
                .orElseGet(repository.blobs()::list)
                .filter(object -> repository.blobs().blob(object.key()).isPresent());
    }

    private void batch(TaskScope scope, Iterator<ObjectInfo> objects, Consumer<BlobId> done, Progress progress) {
        List<ObjectInfo> batch = new ArrayList<>();
        while (batch.size() < BATCH && objects.hasNext()) {
            batch.add(objects.next());
        }
        scope.forEach(THREADS, batch, object -> count(blobs.reseal(object)));
        long bytes = batch.stream().mapToLong(ObjectInfo::size).sum();
        left -= batch.size();
        leftBytes -= bytes;
        doneBytes += bytes;
        done.accept(repository.blobs().blob(batch.get(batch.size() - 1).key()).orElseThrow());
        progress.report(STEP, doneBytes, doneBytes + Math.max(0, leftBytes));
    }

    private void count(Outcome outcome) {
        switch (outcome) {
            case RESEALED -> resealed.increment();
            case UNREADABLE -> unreadable.increment();
            case CURRENT, GONE -> {}
        }
    }

    /** After all blobs: a manifest for the newest key says that all that it names is. */
    private void manifests(Repository from, List<SnapshotId> snapshots, BooleanSupplier goesOn) {
        for (SnapshotId snapshot : snapshots) {
            if (!goesOn.getAsBoolean()) {
                return;
            }
            manifest(from, snapshot);
            left--;
        }
    }

    private void manifest(Repository from, SnapshotId snapshot) {
        try {
            from.resealed(snapshot, key).ifPresent(bytes -> {
                from.replaceStored(snapshot, bytes);
                resealed.increment();
            });
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            if (e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                unreadable.increment();
            }
        }
    }
}
