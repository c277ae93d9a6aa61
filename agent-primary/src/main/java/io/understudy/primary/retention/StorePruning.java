package io.understudy.primary.retention;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.ContentLock;
import io.understudy.primary.capture.DeletionLock;
import io.understudy.primary.capture.GenuineSnapshots;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.primary.retention.RetentionRules.Place;
import io.understudy.progress.Progress;
import io.understudy.repository.ReferencedBlobs;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pruning of one filestore, by its own rule, its own list of snapshots and its own clock. Whether this server may
 * delete, and what replicas hold, is asked of all filestores: a claim or a report may be in another one.
 *
 * <p>Everything is read before anything is deleted. When a manifest that was genuine once, an index or a replica's
 * report cannot be read, what is needed is not known, and nothing is deleted. What only has the name of a manifest
 * stays, and needs nothing.
 */
final class StorePruning {
    private static final Logger LOG = LoggerFactory.getLogger(StorePruning.class);

    private final Pruning.Host host;
    private final Repository all;
    private final Repository target;
    private final Optional<String> name;
    private final RetentionSettings settings;
    private final RetentionPolicy policy;
    private final GenuineSnapshots genuine;
    private final Inventory inventory;
    private final ReferencedBlobs referenced;

    /** @param all the repository in all filestores */
    StorePruning(Pruning.Host host, Repository all, Place place) {
        this.host = host;
        this.all = all;
        this.target = place.repository();
        this.name = place.name();
        this.settings = place.rule();
        this.policy = new RetentionPolicy(settings, host.zone());
        this.genuine = new GenuineSnapshots(host.state());
        this.inventory = new Inventory(target, genuine.of(target));
        this.referenced = new ReferencedBlobs(target, target.blobs(), genuine.orphans(target.id()));
    }

    /** Those that were genuine, and that this filestore does not hold, as it was looked at last. */
    Set<SnapshotId> gone() {
        return inventory.gone();
    }

    /** As {@link #gone}, of orphans. */
    Set<SnapshotId> goneOrphans() {
        Set<SnapshotId> gone = new HashSet<>(genuine.orphans(target.id()));
        try {
            target.orphans().list().forEach(gone::remove);
            return gone;
        } catch (UnderstudyException e) {
            LOG.debug("which orphans are gone is not known", e);
            return new HashSet<>();
        }
    }

    /** What {@link #prune} would do now; writes nothing. */
    Pruned explain(Progress progress) {
        List<Decision> decisions = decide(target.pruneMarker().last());
        if (inventory.fault().isPresent()) {
            return new Pruned(
                    name,
                    true,
                    decisions,
                    SweepResult.NOTHING,
                    inventory.fault().map(StorePruning::unreadable));
        }
        GarbageCollector collector = collector();
        try {
            collector.mark(kept(decisions), progress);
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            return new Pruned(name, true, decisions, SweepResult.NOTHING, Optional.of(e));
        }
        Instant before = before(host.clock().instant());
        return new Pruned(name, true, decisions, collector.estimate(before, progress), Optional.empty());
    }

    /** What the rule keeps of these snapshots. */
    Set<SnapshotId> kept() {
        return kept(decide(target.pruneMarker().last()));
    }

    /**
     * Deletes what is not kept.
     *
     * @param epoch in which this server may delete
     */
    Pruned prune(int epoch, Events events, Progress progress) {
        List<Decision> first = decideOrRefuse(target.pruneMarker().last());
        genuine.update(target.id(), inventory.known(), Set.of());
        GarbageCollector collector = collector();
        collector.mark(kept(first), progress);
        genuine.updateOrphans(target.id(), referenced.genuineOrphans(), Set.of());
        PrimaryPoint.NEEDED_MARKED.reached();
        host.permission(all);
        Instant now =
                target.pruneMarker().begin(host.name(), epoch, host.clock().instant());
        PrimaryPoint.PRUNING_NOTED.reached();
        // Marking takes its time: what was committed, held or proven since then counts too.
        List<Decision> last = confirmed(ids(first, false), decideOrRefuse(Optional.of(now)));
        last.stream().filter(decision -> !decision.kept()).forEach(decision -> {
            target.delete(decision.snapshot());
            PrimaryPoint.SNAPSHOT_DELETED.reached();
            events.report(new PrimaryEvent.SnapshotDeleted(decision.snapshot(), name, decision.reasons()));
        });
        SweepResult swept = collector.sweep(before(now), now, progress);
        PrimaryPoint.GARBAGE_SWEPT.reached();
        return new Pruned(name, false, last, swept, Optional.empty());
    }

    /** What is younger stays: it is in its grace, or locked since it was written, which need not be asked. */
    private Instant before(Instant now) {
        Duration locked = target.lock().map(ContentLock::length).orElse(Duration.ZERO);
        return now.minus(locked.compareTo(settings.grace()) > 0 ? locked : settings.grace());
    }

    private GarbageCollector collector() {
        return new GarbageCollector(
                target,
                referenced,
                inventory::needed,
                new DeletionLock(host.state(), host.ticker()),
                () -> host.permission(all),
                host.ticker());
    }

    private List<Decision> decideOrRefuse(Optional<Instant> last) {
        List<Decision> decisions = decide(last);
        inventory.fault().ifPresent(fault -> {
            throw unreadable(fault);
        });
        return decisions;
    }

    /** @param last when retention began here last, or now, by the filestore's clock; empty: not known */
    private List<Decision> decide(Optional<Instant> last) {
        Instant now = host.clock().instant();
        List<Decision> decisions = policy.decide(inventory.look(), host.holders(all, last, settings.hold()), now);
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
    private Set<SnapshotId> kept(List<Decision> decisions) {
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
