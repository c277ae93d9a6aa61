package io.understudy.primary.retention;

import io.understudy.failure.Cancellation;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.filestore.ObjectInfo;
import io.understudy.primary.capture.DeletionLock;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.ReferencedBlobs;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.Blobs;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Deletes the blobs that no snapshot names: mark, grace, sweep.
 *
 * <p>Safe while anything else runs. A blob goes when no manifest names it and it is older than the grace period. It is
 * deleted under the {@link DeletionLock}, so not while this server takes a snapshot, in turns of a second. Each turn
 * lists the manifests again and begins only when all of them and all orphans are marked, so a snapshot that was
 * committed until then counts; before each single deletion the blob's age is asked again, so one that was written
 * again stays. Killed anywhere it has deleted only what nothing needs; the next one goes on. For one sweep; not
 * thread-safe.
 */
final class GarbageCollector {
    static final String STEP = "sweep";

    private static final String WHAT = "finish pruning";
    /** Blobs that are looked at in one turn at most. */
    static final int BATCH = 1000;

    private static final Duration TURN = Duration.ofSeconds(1);
    private static final Duration BETWEEN_TURNS = Duration.ofMillis(100);
    private static final Duration WHILE_SNAPSHOT = Duration.ofSeconds(1);

    private final Repository repository;
    private final Supplier<List<SnapshotId>> needed;
    private final DeletionLock lock;
    private final Runnable permitted;
    private final Ticker ticker;
    private ReferencedBlobs referenced;
    private Instant asOf = Instant.MIN;
    private SweepResult swept = SweepResult.NOTHING;

    /**
     * @param referenced no snapshot is marked yet
     * @param needed the snapshots whose content stays, by a listing of now; throws when that cannot be known
     * @param permitted throws when this server may not delete any more; asked in each turn
     */
    GarbageCollector(
            Repository repository,
            ReferencedBlobs referenced,
            Supplier<List<SnapshotId>> needed,
            DeletionLock lock,
            Runnable permitted,
            Ticker ticker) {
        this.repository = repository;
        this.needed = needed;
        this.referenced = referenced;
        this.lock = lock;
        this.permitted = permitted;
        this.ticker = ticker;
    }

    /** Keeps what these snapshots and all orphans name. @throws UnderstudyException when one cannot be read whole */
    void mark(Collection<SnapshotId> snapshots, Progress progress) {
        referenced.add(snapshots, progress);
        referenced.addOrphans(progress);
    }

    /**
     * Deletes what no snapshot of the repository names.
     *
     * @param before what was written later stays, by the filestore's clock
     * @param now by the filestore's clock: what is locked for longer stays
     * @throws UnderstudyException when a snapshot cannot be read whole, and what {@code permitted} throws;
     *     {@code CANCELLED} when interrupted
     */
    SweepResult sweep(Instant before, Instant now, Progress progress) {
        asOf = now;
        mark(needed.get(), progress);
        do {
            try (Stream<ObjectInfo> found = referenced.garbage(before)) {
                Iterator<ObjectInfo> garbage = found.iterator();
                while (garbage.hasNext()) {
                    Deque<BlobId> batch = new ArrayDeque<>();
                    while (batch.size() < BATCH && garbage.hasNext()) {
                        batch.add(repository.blobs().blob(garbage.next().key()).orElseThrow());
                    }
                    sweep(batch, before, progress);
                }
            }
        } while (goesOn(progress));
        return swept;
    }

    /** What a sweep would delete if there were no other snapshots than those that were marked. */
    SweepResult estimate(Instant before, Progress progress) {
        SweepResult sum = SweepResult.NOTHING;
        do {
            try (Stream<ObjectInfo> garbage = referenced.garbage(before)) {
                sum = garbage.map(ObjectInfo::size).reduce(sum, SweepResult::and, (a, b) -> a);
            }
        } while (goesOn(progress));
        return sum;
    }

    private boolean goesOn(Progress progress) {
        Optional<ReferencedBlobs> rest = referenced.next(progress);
        rest.ifPresent(next -> referenced = next);
        return rest.isPresent();
    }

    private void sweep(Deque<BlobId> batch, Instant before, Progress progress) {
        while (!batch.isEmpty()) {
            if (!turn(batch, before)) {
                mark(needed.get(), progress);
            }
            progress.report(STEP, swept.bytes(), -1);
            ticker.pause(BETWEEN_TURNS, WHAT);
        }
    }

    /** @return false when there is a snapshot that is not marked yet: too long a work for a turn */
    private boolean turn(Deque<BlobId> batch, Instant before) {
        Cancellation.check(WHAT);
        ProcessLock turn = await();
        try {
            long start = ticker.nanos();
            permitted.run();
            if (!referenced.cover(needed.get()) || !referenced.coverOrphans()) {
                return false;
            }
            while (!batch.isEmpty() && ticker.since(start).compareTo(TURN) < 0) {
                delete(batch.remove(), before);
            }
            return true;
        } finally {
            turn.close();
        }
    }

    private void delete(BlobId blob, Instant before) {
        Blobs blobs = repository.blobs();
        Optional<ObjectInfo> now = blobs.stat(blob).filter(info -> referenced.isGarbage(info, before));
        if (now.isEmpty()) {
            return;
        }
        Optional<Instant> locked = repository
                .lock()
                .flatMap(lock -> lock.until(repository.blobs().object(blob)))
                .filter(until -> until.isAfter(asOf));
        if (locked.isPresent()) {
            swept = swept.andLocked(locked.get());
        } else {
            blobs.delete(blob);
            PrimaryPoint.BLOB_DELETED.reached();
            swept = swept.and(now.get().size());
        }
    }

    private ProcessLock await() {
        Optional<ProcessLock> turn = lock.forDeletion();
        while (turn.isEmpty()) {
            ticker.pause(WHILE_SNAPSHOT, WHAT);
            turn = lock.forDeletion();
        }
        return turn.get();
    }
}
