package io.understudy.primary.capture;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.Looked.Outcome;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.time.WarnOnce;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
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
    private final LocalLists lists;
    private final LastCommitted last = new LastCommitted();
    private final WarnOnce warnOnce;
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
        this.lists = new LocalLists(state, source.ticker());
        this.warnOnce = new WarnOnce(source.ticker());
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
        SnapshotRun run = new SnapshotRun(source, lists, progress);
        try {
            return undisturbed(() -> take(run, request)).taken().orElseThrow();
        } catch (OutOfMemoryError e) {
            throw failed(run, e);
        } catch (RuntimeException | Error e) {
            failed(run, e);
            throw e;
        }
    }

    private UnderstudyException failed(SnapshotRun run, Throwable why) {
        UnderstudyException known = Unexpected.of("take a snapshot", why);
        events.report(new PrimaryEvent.SnapshotFailed(run.stage(), known));
        return known;
    }

    /**
     * Takes a continuous snapshot, if anything changed since the newest one. Where no transaction of the database's
     * server ended since, only the trees are looked at; where the trees did not change either, nothing is asked of the
     * filestore.
     *
     * @throws UnderstudyException as {@link #take}, but for {@code LOCKED}; reported as events too
     */
    public Looked takeIfChanged(Progress progress) {
        SnapshotRun run = new SnapshotRun(source, lists, progress);
        try {
            Looked looked = undisturbed(() -> look(run));
            looked.taken()
                    .ifPresent(taken -> events.report(new PrimaryEvent.SnapshotCommitted(
                            taken.manifest(), taken.took(), taken.committed(), taken.reusedBytes())));
            warnOnce.well();
            return looked;
        } catch (RuntimeException | Error e) {
            UnderstudyException known = Unexpected.of("take a snapshot", e);
            if (known.code() == ErrorCode.LOCKED) {
                return Looked.without(Outcome.BUSY);
            }
            if (known.code() != ErrorCode.CANCELLED) {
                boolean again = !warnOnce.isDue(String.valueOf(known.getMessage()));
                events.report(new PrimaryEvent.ContinuousFailed(run.stage(), known, again));
            }
            if (e instanceof Error defect && !(e instanceof OutOfMemoryError)) {
                throw defect;
            }
            throw known;
        }
    }

    /** No look follows soon: nothing of the database is held open until the next. */
    public void rest() {
        source.database().rest();
    }

    private Looked look(SnapshotRun run) {
        Optional<Base> kept = fullSnapshot.raised() ? Optional.empty() : last.base();
        if (kept.isPresent() && databaseIsQuiet() && run.treesAreAsIn(kept.get(), repository.get())) {
            return new Looked(Outcome.NOTHING_CHANGED, Optional.empty(), Optional.empty(), run.walked());
        }
        Optional<Taken> taken;
        try {
            taken = take(run, SnapshotRequest.continuous()).taken();
        } catch (NoBase e) {
            return Looked.without(Outcome.NO_BASE);
        }
        return new Looked(
                taken.isPresent() ? Outcome.TAKEN : Outcome.NOTHING_CHANGED,
                taken,
                Optional.of(new Looked.Reading(run.took(), run.byChanges())),
                run.walked());
    }

    private boolean databaseIsQuiet() {
        Optional<MomentSeen> then = last.seen();
        return then.isPresent()
                && source.database()
                        .look()
                        .filter(now -> then.get().isAllThat(now))
                        .isPresent();
    }

    /** While this server takes no other snapshot and deletes nothing. */
    private <T> T undisturbed(Supplier<T> work) {
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

    private SnapshotRun.Result take(SnapshotRun run, SnapshotRequest request) {
        Repository target = repository.get();
        int epoch = epochs.require(target);
        SigningKey signer = key.get();
        boolean full = fullSnapshot.raised();
        PrimaryPoint.SNAPSHOT_BEGUN.reached();
        Optional<Base> kept = last.newest(target, epoch, lastSequence);
        Base base = kept.orElseGet(() -> Base.of(target));
        if (request.isContinuous()) {
            requireScheduled(base, epoch, full);
        }
        SnapshotNumbers numbers = new SnapshotNumbers(target, epoch, lastSequence, kept);
        SnapshotRun.Result result = run.take(target, base, full, numbers, request, places, signer, () -> {
            requireProduction();
            epochs.require(target);
        });
        last.keep(target, result.next(), result.seen());
        lists.trim();
        result.taken()
                .ifPresent(taken -> genuine.add(target.id(), taken.manifest().snapshot()));
        if (full) {
            fullSnapshot.settle();
        }
        return result;
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

    private static final class NoBase extends RuntimeException {
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
