package io.understudy.primary.capture;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Runs snapshots, each on the newest one as its base, where this server may: one at a time, not in backup mode, and
 * with the highest epoch. What this process committed last stays in memory for the next.
 */
final class SnapshotRuns {
    /** Held while a snapshot is taken. */
    private final Path lock;

    private final FullSnapshotFlag fullSnapshot;
    private final LastSequence lastSequence;
    private final GenuineSnapshots genuine;
    private final TreePlaces places;
    private final DeletionLock deletions;
    private final LocalLists lists;
    private final KeptManifest kept;
    private final LastCommitted last = new LastCommitted();
    private final Marker marker;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final Supplier<SigningKey> key;
    private final SnapshotSource source;

    /** See {@link SnapshotTaker}. */
    SnapshotRuns(
            Path state,
            Marker marker,
            EpochStore epochs,
            Supplier<Repository> repository,
            Supplier<SigningKey> key,
            SnapshotSource source) {
        this.lock = StateEntry.SNAPSHOT_LOCK.in(state);
        this.fullSnapshot = new FullSnapshotFlag(state);
        this.lastSequence = new LastSequence(state);
        this.genuine = new GenuineSnapshots(state);
        this.places = new TreePlaces(state);
        this.deletions = new DeletionLock(state, source.ticker());
        this.lists = new LocalLists(state, source.ticker());
        this.kept = new KeptManifest(state);
        this.marker = Objects.requireNonNull(marker);
        this.epochs = Objects.requireNonNull(epochs);
        this.repository = Objects.requireNonNull(repository);
        this.key = Objects.requireNonNull(key);
        this.source = Objects.requireNonNull(source);
    }

    /** To be given to {@link #take}. */
    SnapshotRun begin(Progress progress) {
        return new SnapshotRun(source, lists, progress);
    }

    /** What this process committed last; empty where the next snapshot must not rely on anything. */
    Optional<Base> kept() {
        return fullSnapshot.raised() ? Optional.empty() : last.base();
    }

    /** Which transactions had ended when the database was read last. */
    Optional<MomentSeen> seen() {
        return last.seen();
    }

    Repository target() {
        return repository.get();
    }

    /**
     * While this server takes no other snapshot and deletes nothing.
     *
     * @throws UnderstudyException {@code LOCKED}, {@code BACKUP_MODE}
     */
    <T> T undisturbed(Supplier<T> work) {
        ProcessLock held = ProcessLock.tryAcquire(lock).orElseThrow(this::locked);
        try {
            requireProduction();
            ProcessLock undeleted = deletions.forSnapshot();
            try {
                return work.get();
            } finally {
                undeleted.close();
            }
        } finally {
            held.close();
        }
    }

    /** Within {@link #undisturbed}. @throws NoBase where a continuous snapshot has nothing to follow */
    SnapshotRun.Result take(SnapshotRun run, SnapshotRequest request) {
        Repository target = repository.get();
        int epoch = epochs.require(target);
        target.refreshKeys();
        SigningKey signer = key.get();
        boolean full = fullSnapshot.raised();
        PrimaryPoint.SNAPSHOT_BEGUN.reached();
        Optional<Base> committed = last.newest(target, epoch, lastSequence);
        List<JunkObject> passedOver = new ArrayList<>();
        Base base = committed.orElseGet(() -> Base.of(target, kept, passedOver::add));
        if (request.isContinuous()) {
            requireScheduled(base, epoch, full || passedOver.stream().anyMatch(each -> wasGenuine(target, each)));
        }
        SnapshotNumbers numbers = new SnapshotNumbers(target, epoch, lastSequence, committed);
        Runnable beforeCommit = () -> {
            requireProduction();
            epochs.require(target);
        };
        SnapshotRun.Result result = source.database()
                .holding(() -> run.take(target, base, full, numbers, request, places, signer, beforeCommit));
        last.keep(target, result.next(), result.seen());
        if (!target.blobs().areReadable()) {
            result.next().manifest().ifPresent(kept::keep);
        }
        lists.trim();
        result.taken().map(Taken::manifest).ifPresent(manifest -> {
            if (!manifest.isContinuous()) {
                lastSequence.noteScheduled(manifest.snapshot());
            }
            genuine.add(target.id(), manifest.snapshot());
        });
        if (full) {
            fullSnapshot.settle();
        }
        return result;
    }

    /** Then a newer snapshot than the base is there, and it may be the last one of the schedule. */
    private boolean wasGenuine(Repository target, JunkObject junk) {
        return genuine.of(target).stream().anyMatch(each -> each.key().equals(junk.key()));
    }

    /** A standby must find a snapshot in each epoch that it applies, and one that relies on nothing is applied too. */
    private static void requireScheduled(Base base, int epoch, boolean full) {
        boolean fits = !full
                && base.manifest()
                        .filter(newest -> newest.snapshot().epoch() == epoch)
                        .isPresent()
                && base.scheduled().isPresent();
        if (!fits) {
            throw new NoBase();
        }
    }

    /** There is no snapshot that a continuous one may follow. */
    static final class NoBase extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoBase() {
            super("no snapshot to build on", null, false, false);
        }
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
