package io.understudy.primary.capture;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.filestore.ContentLock;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.blob.BlobId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.tasks.TaskScope;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Keeps what a snapshot uses locked for as long as the store promises. New blobs are locked as they are written, and
 * for longer than that: so it is enough to extend each blob that is used again once in {@link ContentLock#renewalDays}.
 * Each day a part of them is due, by the first byte of the hash; a day that was missed is made up for. A snapshot that
 * is not continuous gets its manifest locked; what continuous ones name is in the next other one, or soon gone.
 *
 * <p>It comes after the commit. A lock that fails is reported and tried again with the next snapshot: a snapshot that
 * is not locked is better than none.
 */
final class ContentLocks {
    private static final int PARALLEL = 16;

    private final StateFile<Extended> file;
    private final Supplier<Repository> repository;
    private final Clock clock;
    private final Events events;

    /** @param day the last on which all that was due was extended */
    private record Extended(UUID repository, LocalDate day) {}

    ContentLocks(Path state, Supplier<Repository> repository, Clock clock, Events events) {
        this.file = StateFile.in(state, StateEntry.CONTENT_LOCKS, Extended.class);
        this.repository = repository;
        this.clock = clock;
        this.events = events;
    }

    /** A snapshot was committed; throws nothing. */
    void committed(Manifest manifest) {
        if (manifest.isContinuous()) {
            return;
        }
        try {
            Repository target = repository.get();
            target.lock().ifPresent(lock -> extend(lock, target, manifest));
        } catch (RuntimeException e) {
            UnderstudyException why = Unexpected.of("lock the content of a snapshot", e);
            events.report(new PrimaryEvent.ContentNotLocked(manifest.snapshot(), why));
        }
    }

    private void extend(ContentLock lock, Repository target, Manifest manifest) {
        lock.extend(manifest.snapshot().key());
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        BitSet due = due(target.id(), today, lock.renewalDays());
        if (due.isEmpty()) {
            return;
        }
        List<BlobId> blobs =
                SnapshotBlobs.of(manifest, target.blobs()).ids(id -> due.get(part(id, lock.renewalDays())));
        try (TaskScope scope = new TaskScope("lock content")) {
            scope.forEach(
                    PARALLEL, blobs, (BlobId id) -> lock.extend(target.blobs().object(id)));
        }
        file.write(new Extended(target.id(), today));
    }

    /** The parts that are due; a clock that was set back makes none due before it was there again. */
    private BitSet due(UUID repository, LocalDate today, int parts) {
        LocalDate before = file.read()
                .filter(last -> last.repository().equals(repository))
                .map(Extended::day)
                .orElse(LocalDate.MIN);
        BitSet due = new BitSet(parts);
        for (LocalDate day = today; day.isAfter(before) && due.cardinality() < parts; day = day.minusDays(1)) {
            due.set((int) Math.floorMod(day.toEpochDay(), (long) parts));
        }
        return due;
    }

    private static int part(BlobId id, int parts) {
        return Integer.parseInt(id.hex().substring(0, 2), 16) % parts;
    }
}
