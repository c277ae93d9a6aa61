package io.understudy.primary.capture;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.primary.schedule.Period;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.switchover.SwitchoverNotes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
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
    private static final Duration BETWEEN = Duration.ofMillis(200);

    /** Who asks for a last snapshot ends it sooner, by a limit of his own. */
    private static final Duration BEFORE_THE_LAST = Duration.ofHours(1);

    /** Held while a snapshot is taken. */
    private final Path lock;

    private final FullSnapshotFlag fullSnapshot;
    private final LastSequence lastSequence;
    private final GenuineSnapshots genuine;
    private final TreePlaces places;
    private final DeletionLock deletions;
    private final LocalLists lists;
    private final KeptManifest kept;
    private final LastUnchanged unchanged;
    private final LastCommitted last = new LastCommitted();
    private final Marker marker;
    private final SwitchoverNotes switchover;
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
        this.unchanged = new LastUnchanged(state);
        this.marker = Objects.requireNonNull(marker);
        this.switchover = new SwitchoverNotes(state, source.clock());
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

    /** Whether a look, which reads no content, shows that nothing changed since this process took the newest. */
    boolean isQuiet(SnapshotRun run, Base newest) {
        return databaseIsQuiet() && run.treesAreAsIn(newest, target());
    }

    private boolean databaseIsQuiet() {
        Optional<MomentSeen> then = last.seen();
        return then.isPresent()
                && source.database()
                        .look()
                        .filter(now -> then.get().isAllThat(now))
                        .isPresent();
    }

    Repository target() {
        return repository.get();
    }

    /**
     * While this server takes no other snapshot and deletes nothing. An attempt to start a stopped site is waited for,
     * and for the last snapshot of a server one of another process, too.
     *
     * @throws UnderstudyException {@code LOCKED}, {@code BACKUP_MODE}
     */
    <T> T undisturbed(SnapshotRequest request, Supplier<T> work) {
        Duration patience =
                request.isLast() ? BEFORE_THE_LAST : source.quiesce().patience();
        ProcessLock.Wait wait = new ProcessLock.Wait(patience, BETWEEN, source.ticker());
        ProcessLock held = ProcessLock.acquire(lock, wait, "take a snapshot", this::locked);
        try {
            requireProduction(request);
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

    /**
     * Within {@link #undisturbed}.
     *
     * @param need whether the newest snapshot may be enough
     * @throws NoBase where a continuous snapshot has nothing to follow
     */
    SnapshotRun.Result take(SnapshotRun run, SnapshotRequest request, Need need) {
        Instant begun = source.clock().instant();
        Repository target = repository.get();
        int epoch = epochs.require(target);
        target.refreshKeys();
        SigningKey signer = key.get();
        boolean full = fullSnapshot.raised();
        PrimaryPoint.SNAPSHOT_BEGUN.reached();
        Optional<Base> committed = last.newest(target, epoch, lastSequence);
        List<JunkObject> passedOver = new ArrayList<>();
        Base base = committed.orElseGet(() -> Base.of(target, kept, passedOver::add));
        boolean reliable =
                isReliable(base, epoch, full || passedOver.stream().anyMatch(each -> wasGenuine(target, each)));
        if (request.isContinuous() && !reliable) {
            throw new NoBase();
        }
        if (!request.read().isAll() && !reliable) {
            throw new UnderstudyException(
                    ErrorCode.SNAPSHOT_UNKNOWN,
                    "cannot take a snapshot of "
                            + (request.only().isEmpty() ? "what is kept here" : String.join(" and ", request.only()))
                            + " alone: there is no snapshot of this server's epoch that the rest can be taken from",
                    "take a whole one first: agent-primary snapshot");
        }
        boolean enough = reliable && mayBeEnough(base, request, need, committed.isPresent(), begun);
        if (enough && committed.isPresent() && source.others().isEmpty() && isQuiet(run, base)) {
            unchanged.note(target.id(), base.manifest().orElseThrow().snapshot(), begun);
            return new SnapshotRun.Result(Optional.empty(), base, last.seen());
        }
        SnapshotNumbers numbers = new SnapshotNumbers(target, epoch, lastSequence, !request.isContinuous(), committed);
        Runnable beforeCommit = () -> {
            requireProduction(request);
            epochs.require(target);
            request.successor().ifPresent(standby -> {
                target.epochs().planned().requireReady(epoch);
                switchover.committing(standby);
                PrimaryPoint.SWITCHOVER_COMMITTING.reached();
            });
        };
        SnapshotRun.Result result = source.database()
                .holding(() -> run.take(
                        target,
                        base,
                        full,
                        numbers,
                        request,
                        request.isContinuous() || enough,
                        places,
                        signer,
                        beforeCommit));
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
        if (enough && result.taken().isEmpty()) {
            unchanged.note(target.id(), base.manifest().orElseThrow().snapshot(), begun);
        }
        return result;
    }

    /** Then a newer snapshot than the base is there, and it may be the last one of the schedule. */
    private boolean wasGenuine(Repository target, JunkObject junk) {
        return genuine.of(target).stream().anyMatch(each -> each.key().equals(junk.key()));
    }

    /** A standby must find a snapshot in each epoch that it applies, and one that relies on nothing is applied too. */
    private boolean isReliable(Base base, int epoch, boolean full) {
        return !full
                && base.manifest()
                        .map(Manifest::snapshot)
                        .filter(newest -> newest.epoch() == epoch && !isBehindOpen(newest))
                        .isPresent()
                && base.scheduled().isPresent();
    }

    /** A standby would pass over the one whose commit was not answered, where it is there and just not seen. */
    private boolean isBehindOpen(SnapshotId newest) {
        return lastSequence
                .open()
                .filter(open -> open.epoch() == newest.epoch() && open.compareTo(newest) > 0)
                .isPresent();
    }

    /**
     * What this process took as the server's last stands for all that the schedule asks for while nothing changes: it
     * stays the newest. A process that begins after it ends that.
     */
    private boolean mayBeEnough(Base base, SnapshotRequest request, Need need, boolean own, Instant now) {
        if (base.manifest().filter(newest -> newest.last() != null).isPresent()) {
            return own && need != Need.ALWAYS;
        }
        return need == Need.UNLESS_UNCHANGED && standsFor(base, request, now);
    }

    /** A continuous snapshot stands for none of the schedule: a standby does not become live with it. */
    private boolean standsFor(Base base, SnapshotRequest request, Instant now) {
        ZoneId zone = source.clock().getZone();
        return base.manifest()
                .filter(newest -> !newest.isContinuous())
                .filter(newest -> Period.standsFor(
                        newest.periods(), request.periods(), period -> period.isOneStretch(newest.moment(), now, zone)))
                .isPresent();
    }

    /** There is no snapshot that a continuous one may follow. */
    static final class NoBase extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoBase() {
            super("no snapshot to build on", null, false, false);
        }
    }

    /** The final snapshot of a switchover is the only one of a server in backup mode. */
    private void requireProduction(SnapshotRequest request) {
        request.successor().ifPresent(switchover::requireFinal);
        if (marker.present() && request.successor().isEmpty()) {
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
