package io.understudy.primary.retention;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.ProcessLock;
import io.understudy.filestore.ContentLock;
import io.understudy.primary.capture.DeletionLock;
import io.understudy.primary.capture.GenuineSnapshots;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.repository.ReferencedBlobs;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.time.Moments;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Retention at work: policy, then the manifests that go, oldest first, then the blobs that none names any more. One at
 * a time on a server, and only on the one that may publish: with the highest epoch and not in backup mode.
 *
 * <p>Everything is read before anything is deleted. When a manifest that was genuine once, an index or a replica's
 * report cannot be read, what is needed is not known, and nothing is deleted. What only has the name of a manifest
 * stays, and needs nothing. Interrupting the thread stops it. Killed anywhere, the next one goes on.
 */
public final class Pruning {
    /** A little less than a day, so that a pruning after each day's first snapshot does not wander. */
    private static final Duration EVERY = Duration.ofHours(20);

    /** How far the clocks of a server and of the filestore may differ before a report counts as one of the future. */
    private static final Duration SKEW = Duration.ofDays(1);

    private final Host host;
    private final RetentionSettings settings;
    private final RetentionPolicy policy;
    private final Events events;
    private final GenuineSnapshots genuine;

    /**
     * The server that prunes.
     *
     * @param name of it
     * @param state folder of durable state
     * @param repository asked at each pruning
     * @param zone that of the schedule
     * @param replicas whose reports hold snapshots; empty: all
     */
    public record Host(
            String name,
            Path state,
            Marker marker,
            EpochStore epochs,
            Supplier<Repository> repository,
            Clock clock,
            ZoneId zone,
            List<String> replicas,
            Ticker ticker) {
        /**
         * The epoch in which this server may delete now.
         *
         * @throws UnderstudyException {@code BACKUP_MODE}, {@code FENCED}
         */
        int permission(Repository target) {
            if (marker.present()) {
                throw new UnderstudyException(
                        ErrorCode.BACKUP_MODE,
                        "cannot prune: this server is in backup mode (" + marker.file() + " exists)",
                        "prune on the primary; --dry-run works here too");
            }
            return epochs.require(target);
        }

        /**
         * The reports that hold snapshots. How old one is says the filestore's clock: one of a server may be wrong by
         * years.
         *
         * @param last when retention began last, or now, by the filestore's clock; empty: not known
         * @param hold how long a report holds
         */
        List<ReplicaReport> holders(Repository target, Optional<Instant> last, Duration hold) {
            Instant now = clock.instant();
            Instant latest = last.filter(now::isBefore).orElse(now).plus(SKEW);
            Instant earliest = last.map(then -> then.minus(hold)).orElse(Instant.MIN);
            return target.reports().holders(replicas, earliest, latest);
        }
    }

    public Pruning(Host host, RetentionSettings settings, Events events) {
        this.host = Objects.requireNonNull(host);
        this.settings = Objects.requireNonNull(settings);
        this.policy = new RetentionPolicy(settings, host.zone());
        this.events = Objects.requireNonNull(events);
        this.genuine = new GenuineSnapshots(host.state());
    }

    /**
     * Deletes what is not kept.
     *
     * @param progress receives the steps {@code mark}, with the bytes that are spared, and {@code sweep}, with those
     *     that went, as stored
     * @throws UnderstudyException {@code LOCKED}, {@code BACKUP_MODE}, {@code FENCED}, {@code CANCELLED}; why something
     *     cannot be read; what the filestore throws
     */
    public Pruned prune(Progress progress) {
        try {
            Pruned pruned = locked(progress);
            events.report(new PrimaryEvent.PruningDone(
                    pruned.kept(),
                    pruned.deleted(),
                    pruned.swept().blobs(),
                    pruned.swept().bytes()));
            return pruned;
        } catch (UnderstudyException | OutOfMemoryError e) {
            UnderstudyException known = Unexpected.of("prune", e);
            events.report(new PrimaryEvent.PruningFailed(known));
            throw known;
        } catch (RuntimeException | Error e) {
            events.report(new PrimaryEvent.PruningFailed(Unexpected.of("prune", e)));
            throw e;
        }
    }

    /** Whether the daemon should prune now: it may, and the last time is about a day ago. */
    public boolean isDue() {
        if (!settings.automatic() || host.marker().present()) {
            return false;
        }
        Instant now = host.clock().instant();
        Optional<Instant> last = host.repository().get().pruneMarker().last();
        return last.isEmpty() || Duration.between(last.get(), now).abs().compareTo(EVERY) >= 0;
    }

    /**
     * What {@link #prune} would do now, on any server that can read the repository. Writes nothing.
     *
     * @throws UnderstudyException what reading the filestore throws; what would make pruning refuse is in the result
     */
    public Pruned explain(Progress progress) {
        Repository target = host.repository().get();
        Inventory inventory = inventory(target);
        List<Decision> decisions =
                decide(target, inventory, target.pruneMarker().last());
        if (inventory.fault().isPresent()) {
            return new Pruned(
                    true, decisions, SweepResult.NOTHING, inventory.fault().map(Pruning::unreadable));
        }
        GarbageCollector collector = collector(target, inventory);
        try {
            collector.mark(kept(decisions, inventory), progress);
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            return new Pruned(true, decisions, SweepResult.NOTHING, Optional.of(e));
        }
        Instant before = before(target, host.clock().instant());
        return new Pruned(true, decisions, collector.estimate(before, progress), Optional.empty());
    }

    /**
     * What retention keeps now.
     *
     * @throws UnderstudyException what reading the filestore throws
     */
    public Set<SnapshotId> kept() {
        Repository target = host.repository().get();
        Inventory inventory = inventory(target);
        return kept(decide(target, inventory, target.pruneMarker().last()), inventory);
    }

    /**
     * Does work during which nothing may be deleted from the repository.
     *
     * @param action what the work is to do, for a message: {@code encrypt content again}
     * @throws UnderstudyException {@code BACKUP_MODE}, {@code FENCED}; {@code LOCKED} while something is deleted, or
     *     other work of this kind is done: nothing is done then
     */
    public <T> T undisturbed(String action, Supplier<T> work) {
        permission();
        return alone(action, work);
    }

    private <T> T alone(String action, Supplier<T> work) {
        Path file = StateEntry.PRUNE_LOCK.in(host.state());
        ProcessLock held = ProcessLock.tryAcquire(file)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot " + action + ": " + ProcessLock.holder(file)
                                + " runs prune, sync, verify --repair, rekey or encrypt",
                        "wait until it is done"));
        try {
            return work.get();
        } finally {
            held.close();
        }
    }

    /** The epoch in which this server may write now. @throws UnderstudyException {@code BACKUP_MODE}, {@code FENCED} */
    public int permission() {
        return host.permission(host.repository().get());
    }

    private Pruned locked(Progress progress) {
        return alone("prune", () -> {
            Repository target = host.repository().get();
            return prune(target, host.permission(target), progress);
        });
    }

    private Pruned prune(Repository target, int epoch, Progress progress) {
        Inventory inventory = inventory(target);
        List<Decision> first =
                decideOrRefuse(target, inventory, target.pruneMarker().last());
        genuine.update(target.id(), inventory.known(), inventory.gone());
        GarbageCollector collector = collector(target, inventory);
        collector.mark(kept(first, inventory), progress);
        PrimaryPoint.NEEDED_MARKED.reached();
        host.permission(target);
        Instant now =
                target.pruneMarker().begin(host.name(), epoch, host.clock().instant());
        PrimaryPoint.PRUNING_NOTED.reached();
        // Marking takes its time: what was committed, held or proven since then counts too.
        List<Decision> last = confirmed(ids(first, false), decideOrRefuse(target, inventory, Optional.of(now)));
        last.stream().filter(decision -> !decision.kept()).forEach(decision -> {
            target.delete(decision.snapshot());
            PrimaryPoint.SNAPSHOT_DELETED.reached();
            events.report(new PrimaryEvent.SnapshotDeleted(decision.snapshot(), decision.reasons()));
        });
        SweepResult swept = collector.sweep(before(target, now), now, progress);
        PrimaryPoint.GARBAGE_SWEPT.reached();
        return new Pruned(false, last, swept, Optional.empty());
    }

    /** What is younger stays: it is in its grace, or locked since it was written, which need not be asked. */
    private Instant before(Repository target, Instant now) {
        Duration locked = target.lock().map(ContentLock::length).orElse(Duration.ZERO);
        return now.minus(locked.compareTo(settings.grace()) > 0 ? locked : settings.grace());
    }

    private Inventory inventory(Repository target) {
        return new Inventory(target, genuine.of(target));
    }

    private GarbageCollector collector(Repository target, Inventory inventory) {
        return new GarbageCollector(
                target,
                new ReferencedBlobs(target, target.blobs()),
                inventory::needed,
                new DeletionLock(host.state(), host.ticker()),
                () -> host.permission(target),
                host.ticker());
    }

    private List<Decision> decideOrRefuse(Repository target, Inventory inventory, Optional<Instant> last) {
        List<Decision> decisions = decide(target, inventory, last);
        inventory.fault().ifPresent(fault -> {
            throw unreadable(fault);
        });
        return decisions;
    }

    /** @param last when retention began last, or now, by the filestore's clock; empty: not known */
    private List<Decision> decide(Repository target, Inventory inventory, Optional<Instant> last) {
        Instant now = host.clock().instant();
        List<Decision> decisions = policy.decide(inventory.look(), host.holders(target, last, settings.hold()), now);
        Instant known = last.filter(now::isBefore).orElse(now);
        return target.lock()
                .map(lock -> decisions.stream()
                        .map(each -> unlessLocked(each, lock, known))
                        .toList())
                .orElse(decisions);
    }

    /** Deleting it would leave its content locked, and no name for it. */
    private static Decision unlessLocked(Decision decision, ContentLock lock, Instant now) {
        return decision.kept()
                ? decision
                : lock.until(decision.snapshot().key())
                        .filter(until -> until.isAfter(now))
                        .map(until -> decision.keptBecause("locked until " + Moments.text(until)))
                        .orElse(decision);
    }

    /** What was to be kept at first is marked, and stays this time. */
    private static List<Decision> confirmed(Set<SnapshotId> doomed, List<Decision> last) {
        List<Decision> all = new ArrayList<>();
        for (Decision decision : last) {
            boolean sudden = !decision.kept() && !doomed.contains(decision.snapshot());
            all.add(sudden ? decision.keptBecause("no longer needed since just now: deleted the next time") : decision);
        }
        return all;
    }

    /** Junk stays, and needs no content. */
    private static Set<SnapshotId> kept(List<Decision> decisions, Inventory inventory) {
        Set<SnapshotId> kept = ids(decisions, true);
        kept.retainAll(inventory.known());
        return kept;
    }

    private static Set<SnapshotId> ids(List<Decision> decisions, boolean kept) {
        return decisions.stream()
                .filter(decision -> decision.kept() == kept)
                .map(Decision::snapshot)
                .collect(Collectors.toSet());
    }

    private static UnderstudyException unreadable(UnderstudyException fault) {
        return new UnderstudyException(
                fault.code(),
                "cannot prune while a snapshot cannot be read: " + fault.getMessage(),
                fault.hint() + "; when the snapshot is lost, remove its object under manifests/ by hand",
                fault);
    }
}
