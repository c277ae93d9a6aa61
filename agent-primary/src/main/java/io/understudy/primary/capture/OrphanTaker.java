package io.understudy.primary.capture;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.filestore.Filestore.Purpose;
import io.understudy.primary.capture.SnapshotRun.Result;
import io.understudy.progress.Progress;
import io.understudy.repository.CurrentKeys;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves what a server never shipped before another one took its place: its database and trees as they are, as an
 * orphan. An orphan is no snapshot, so it is saved although this server may not commit any more; nothing imports it.
 *
 * <p>It adds to the last snapshot that this server shipped, of which retention on the new primary knows nothing but its
 * manifest. So that manifest is looked for once more when the orphan is there: as long as it was, no blob of it was
 * deleted, and from then on the orphan keeps them. Killed anywhere it leaves nothing, or an orphan that the next one
 * finds.
 */
public final class OrphanTaker {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanTaker.class);

    private final Path state;
    private final Marker marker;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final Supplier<SigningKey> key;
    private final SnapshotSource source;
    private final int looks;
    private final LocalLists lists;
    private final KeptManifest kept;

    /**
     * @param state folder of durable state
     * @param looks blobs that are looked for at the same time, 1 to 64
     */
    public OrphanTaker(
            Path state,
            Marker marker,
            EpochStore epochs,
            Supplier<Repository> repository,
            Supplier<SigningKey> key,
            SnapshotSource source,
            int looks) {
        this.state = Objects.requireNonNull(state);
        this.marker = Objects.requireNonNull(marker);
        this.epochs = Objects.requireNonNull(epochs);
        this.repository = Objects.requireNonNull(repository);
        this.key = Objects.requireNonNull(key);
        this.source = Objects.requireNonNull(source);
        this.looks = looks;
        this.lists = new LocalLists(state, source.ticker());
        this.kept = new KeptManifest(state);
    }

    /**
     * What was found.
     *
     * @param orphan that holds it; empty where nothing differs from the last snapshot
     * @param existed whether an earlier run saved it
     * @param shipped the last snapshot that this server shipped, as far as it is still there
     */
    public record Saved(Optional<Manifest> orphan, boolean existed, Optional<SnapshotId> shipped) {}

    /**
     * Saves it, unless it is saved already or nothing differs.
     *
     * @param acceptEmpty names of trees, or {@code database}, that may be empty
     * @param beforeImport whether the caller knows that nothing was imported here, though the marker is there
     * @throws UnderstudyException {@code USAGE} where this server's epoch is not over; {@code BACKUP_MODE},
     *     {@code LOCKED}, {@code CONTENT_GONE}, and what the source, the repository and its filestore throw
     */
    public Saved save(Set<String> acceptEmpty, boolean beforeImport, Progress progress) {
        requireServed(beforeImport);
        return saveAlone(SnapshotRequest.orphan(acceptEmpty), Of.HELD, progress);
    }

    /**
     * As {@link #save}, of what this server served without holding an epoch for it: it was promoted, and its claim
     * never stood.
     *
     * @param epoch of the content with which it began to serve, 1 or more
     * @param imported the snapshot with which it began; empty where that is not known
     */
    public Saved saveUnclaimed(
            int epoch,
            Optional<SnapshotId> imported,
            Set<String> acceptEmpty,
            boolean beforeImport,
            Progress progress) {
        requireServed(beforeImport);
        return saveAlone(SnapshotRequest.orphan(acceptEmpty, imported), new Of(Optional.of(epoch), false), progress);
    }

    private void requireServed(boolean beforeImport) {
        if (marker.present() && !beforeImport) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot save an orphan: this server is in backup mode (" + marker.file()
                            + " exists), so what is here may be what it imported",
                    "run agent-replica rejoin, which knows");
        }
    }

    /**
     * Saves what was kept of this server when a snapshot was imported over it, unless it is saved already or nothing of
     * it differs. The source of this taker is the kept copy.
     *
     * @throws UnderstudyException as {@link #save}, but for {@code BACKUP_MODE}; {@code USAGE} where this server holds
     *     an earlier epoch than that of the parts
     */
    public Saved saveKept(KeptParts parts, Set<String> acceptEmpty, Progress progress) {
        return saveAlone(SnapshotRequest.orphan(acceptEmpty, parts), new Of(parts.epoch(), true), progress);
    }

    /**
     * Which epoch the content is of.
     *
     * @param epoch empty: the one that this server holds
     * @param held whether this server holds it, or did
     */
    private record Of(Optional<Integer> epoch, boolean held) {
        static final Of HELD = new Of(Optional.empty(), true);
    }

    private Saved saveAlone(SnapshotRequest request, Of of, Progress progress) {
        Path lock = StateEntry.SNAPSHOT_LOCK.in(state);
        ProcessLock held = ProcessLock.tryAcquire(lock)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot save an orphan: " + ProcessLock.holder(lock) + " takes a snapshot",
                        "wait until it is done"));
        try {
            return saveLocked(request, of, progress);
        } finally {
            held.close();
        }
    }

    private Saved saveLocked(SnapshotRequest request, Of of, Progress progress) {
        // It forbids and permits nothing, so one of several filestores suffices; the others are caught up.
        Repository target = repository.get().during(Purpose.SAVE);
        int epoch = epoch(target, of);
        CurrentKeys.require(target, "save an orphan");
        Repository orphans = target.orphans();
        Optional<SnapshotId> shipped = target.newest(
                target.list().stream()
                        .filter(each -> isBefore(each, epoch, request))
                        .toList(),
                junk -> LOG.warn("{}", junk.text()));
        OrphanCheck check = new OrphanCheck(target, looks, progress);
        Optional<SnapshotId> earlier = own(orphans, epoch)
                .filter(each -> check.isWhole(each, place -> true))
                .filter(each -> lends(Base.of(orphans, each, kept), request));
        Repository home = earlier.isPresent() ? orphans : target;
        Optional<SnapshotId> added = earlier.or(() -> shipped);
        Base base = added.map(each -> Base.of(home, each, kept)).orElse(Base.NONE);
        Result result = take(target, base, epoch, request, progress);
        if (result.taken().isEmpty()) {
            return new Saved(earlier.flatMap(each -> base.manifest()), earlier.isPresent(), shipped);
        }
        Manifest orphan = result.taken().get().manifest();
        Predicate<Repository> hasBase =
                place -> added.filter(each -> !(earlier.isPresent() ? place.orphans() : place).holds(each))
                        .isEmpty();
        if (base.manifest().isPresent() && !check.isWhole(orphan.snapshot(), hasBase)) {
            orphan = take(target, Base.NONE, epoch, request, progress)
                    .taken()
                    .orElseThrow()
                    .manifest();
        }
        orphans.outline(orphan.snapshot());
        if (!target.blobs().areReadable()) {
            kept.keep(orphan);
        }
        return new Saved(Optional.of(orphan), false, shipped);
    }

    /** What came later is neither what it is compared with nor what takes the place of a part. */
    private static boolean isBefore(SnapshotId snapshot, int epoch, SnapshotRequest request) {
        return Optional.ofNullable(request.imported())
                .map(imported -> snapshot.compareTo(imported) <= 0)
                .orElse(snapshot.epoch() <= epoch);
    }

    /**
     * Whether all that is not read may be that of this orphan: it has it from a snapshot that was shipped. What it read
     * itself is of another time in which this server was the primary.
     */
    private boolean lends(Base orphan, SnapshotRequest request) {
        return orphan.manifest()
                .filter(each -> new PartSelection(request.read(), source, orphan, false)
                        .carried().stream().anyMatch(part -> part.snapshot().equals(each.snapshot())))
                .isEmpty();
    }

    private Result take(Repository target, Base base, int epoch, SnapshotRequest request, Progress progress) {
        SnapshotNumbers numbers = new SnapshotNumbers(
                target,
                epoch,
                new LastSequence(state),
                false,
                Optional.empty(),
                Set.copyOf(target.orphans().list()));
        SigningKey signer = key.get();
        SnapshotRun run = new SnapshotRun(source, lists, progress);
        return source.database()
                .holding(() -> run.take(
                        target.orphans(),
                        base,
                        false,
                        numbers,
                        request,
                        base.manifest().isPresent(),
                        new TreePlaces(state),
                        signer,
                        () -> {}));
    }

    /** The newest that this server saved of this epoch, as after a crash. */
    private Optional<SnapshotId> own(Repository orphans, int epoch) {
        List<SnapshotId> all = orphans.list().stream()
                .filter(each -> each.epoch() == epoch)
                .sorted(Comparator.reverseOrder())
                .toList();
        return all.stream()
                .filter(each -> orphans.junk(each).isEmpty())
                .filter(each -> orphans.outline(each).server().equals(source.server()))
                .findFirst();
    }

    /** @throws UnderstudyException {@code USAGE} where this server's epoch is not over, and as {@link #saveKept} */
    private int epoch(Repository target, Of of) {
        Optional<EpochClaim> claim = epochs.requireOver(target, "save an orphan");
        int highest = of.held() ? claim.orElseThrow(OrphanTaker::holdsNone).epoch() : EpochClaim.HIGHEST;
        int epoch = of.epoch().orElse(highest);
        if (epoch < 1 || epoch > highest) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot save an orphan of epoch " + epoch + ": "
                            + (of.held() ? "this server holds epoch " + highest : "there is no such epoch"),
                    "agent-replica rejoin runs this command, and knows");
        }
        return epoch;
    }

    private static UnderstudyException holdsNone() {
        return new UnderstudyException(
                ErrorCode.FENCED,
                "cannot save an orphan: this server holds no epoch of this repository",
                "nothing is known of what it shipped: agent-replica rejoin --without-orphan");
    }
}
