package io.understudy.primary.capture;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.ProcessLock;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Takes snapshots: database, then trees, then the commit. One at a time on a server, for all callers. Refuses in backup
 * mode and without the highest epoch, and looks at both again before the commit. A snapshot that fails leaves nothing
 * that anything refers to; the next one finds what was uploaded and goes on from there. Interrupting the thread cancels
 * it.
 */
public final class SnapshotTaker {
    /** Held while a snapshot is taken. */
    private final Path lock;

    private final FullSnapshotFlag fullSnapshot;
    private final LastSequence lastSequence;
    private final GenuineSnapshots genuine;
    private final TreePlaces places;
    private final DeletionLock deletions;
    private final Marker marker;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final Supplier<SigningKey> key;
    private final SnapshotSource source;
    private final Events events;

    /**
     * @param state folder of durable state
     * @param repository asked at each snapshot
     * @param key asked at each snapshot
     */
    public SnapshotTaker(
            Path state,
            Marker marker,
            EpochStore epochs,
            Supplier<Repository> repository,
            Supplier<SigningKey> key,
            SnapshotSource source,
            Events events) {
        this.lock = StateEntry.SNAPSHOT_LOCK.in(state);
        this.fullSnapshot = new FullSnapshotFlag(state);
        this.lastSequence = new LastSequence(state);
        this.genuine = new GenuineSnapshots(state);
        this.places = new TreePlaces(state);
        this.deletions = new DeletionLock(state, source.ticker());
        this.marker = Objects.requireNonNull(marker);
        this.epochs = Objects.requireNonNull(epochs);
        this.repository = Objects.requireNonNull(repository);
        this.key = Objects.requireNonNull(key);
        this.source = Objects.requireNonNull(source);
        this.events = Objects.requireNonNull(events);
    }

    /**
     * Takes one snapshot and commits it.
     *
     * @throws UnderstudyException {@code LOCKED}, {@code BACKUP_MODE}, {@code FENCED}, {@code KEY_*},
     *     {@code CANCELLED}, {@code CONTENT_GONE}, and what the source, the repository and its filestore throw
     */
    public Taken take(SnapshotRequest request, Progress progress) {
        events.report(new PrimaryEvent.SnapshotBegan(request.periods()));
        Taken taken = taken(request, progress);
        events.report(new PrimaryEvent.SnapshotCommitted(
                taken.manifest(), taken.took(), taken.committed(), taken.reusedBytes()));
        return taken;
    }

    private Taken taken(SnapshotRequest request, Progress progress) {
        SnapshotRun run = new SnapshotRun(source, progress);
        try {
            return take(run, request);
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.SnapshotFailed(run.stage(), e));
            throw e;
        } catch (OutOfMemoryError e) {
            UnderstudyException known = Unexpected.of("take a snapshot", e);
            events.report(new PrimaryEvent.SnapshotFailed(run.stage(), known));
            throw known;
        } catch (RuntimeException | Error e) {
            events.report(new PrimaryEvent.SnapshotFailed(run.stage(), Unexpected.of("take a snapshot", e)));
            throw e;
        }
    }

    private Taken take(SnapshotRun run, SnapshotRequest request) {
        ProcessLock held = ProcessLock.tryAcquire(lock).orElseThrow(this::locked);
        try {
            requireProduction();
            return takeWithoutDeletions(run, request);
        } finally {
            held.close();
        }
    }

    private Taken takeWithoutDeletions(SnapshotRun run, SnapshotRequest request) {
        ProcessLock undisturbed = deletions.forSnapshot();
        try {
            Repository target = repository.get();
            int epoch = epochs.require(target);
            SigningKey signer = key.get();
            boolean full = fullSnapshot.raised();
            PrimaryPoint.SNAPSHOT_BEGUN.reached();
            Taken taken = run.take(target, () -> number(target, epoch), full, request, places, signer, () -> {
                requireProduction();
                epochs.require(target);
            });
            genuine.add(target.id(), taken.manifest().snapshot());
            if (full) {
                fullSnapshot.settle();
            }
            return taken;
        } finally {
            undisturbed.close();
        }
    }

    /** Given as late as possible: what another writes in the meantime is passed over. */
    private SnapshotId number(Repository target, int epoch) {
        SnapshotId snapshot = lastSequence.after(target.nextId(epoch));
        lastSequence.note(snapshot);
        return snapshot;
    }

    private void requireProduction() {
        if (marker.present()) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot take a snapshot: this server is in backup mode (" + marker.file() + " exists)",
                    "take it on the primary, or promote this server with agent-replica promote");
        }
    }

    private UnderstudyException locked() {
        return new UnderstudyException(
                ErrorCode.LOCKED,
                "cannot take a snapshot: " + ProcessLock.holder(lock) + " is taking one",
                "wait until it is done");
    }
}
