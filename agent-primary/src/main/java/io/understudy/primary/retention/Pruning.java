package io.understudy.primary.retention;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.ProcessLock;
import io.understudy.filestore.Filestore.Purpose;
import io.understudy.primary.capture.GenuineSnapshots;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.retention.RetentionRules.Place;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.ReplicaReports;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
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
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retention at work: policy, then the manifests that go, oldest first, then the blobs that none names any more, in each
 * filestore by itself ({@link StorePruning}). One at a time on a server, and only on the one that may publish: with the
 * highest epoch and not in backup mode. Interrupting the thread stops it. Killed anywhere, the next one goes on.
 *
 * <p>More than 300 lines, for the order in which manifests and blobs go is judged best in one place.
 */
public final class Pruning {
    /** A little less than a day, so that a pruning after each day's first snapshot does not wander. */
    private static final Duration EVERY = Duration.ofHours(20);

    /** They say nothing of one filestore alone. */
    private static final Set<ErrorCode> STOPS_ALL =
            Set.of(ErrorCode.CANCELLED, ErrorCode.BACKUP_MODE, ErrorCode.FENCED, ErrorCode.OUT_OF_MEMORY);

    private static final Logger LOG = LoggerFactory.getLogger(Pruning.class);

    /** How far the clocks of a server and of the filestore may differ before a report counts as one of the future. */
    private static final Duration SKEW = Duration.ofDays(1);

    private final Host host;
    private final RetentionRules rules;
    private final Events events;

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
        /** The repository for deletions. */
        Repository target() {
            return repository.get().during(Purpose.DELETION);
        }

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
         * The reports that hold snapshots, and what commands read now. How old one is says the filestore's clock: one
         * of a server may be wrong by years.
         *
         * @param last when retention began last, or now, by the filestore's clock; empty: not known
         * @param hold how long a report holds
         */
        List<ReplicaReport> holders(Repository target, Optional<Instant> last, Duration hold) {
            Instant now = clock.instant();
            Instant latest = last.filter(now::isBefore).orElse(now).plus(SKEW);
            Instant earliest = last.map(then -> then.minus(hold)).orElse(Instant.MIN);
            List<ReplicaReport> holders = new ArrayList<>(target.reports().holders(replicas, earliest, latest));
            Instant read = last.map(then -> then.minus(ReplicaReports.READ)).orElse(Instant.MIN);
            holders.addAll(target.reports().readers(readers(), read, latest));
            return holders;
        }

        /** Whose commands hold what they read: those of this server too. Empty: all. */
        private List<String> readers() {
            return replicas.isEmpty()
                    ? List.of()
                    : Stream.concat(replicas.stream(), Stream.of(name)).toList();
        }
    }

    public Pruning(Host host, RetentionRules rules, Events events) {
        this.host = Objects.requireNonNull(host);
        this.rules = Objects.requireNonNull(rules);
        this.events = Objects.requireNonNull(events);
    }

    /**
     * Deletes what is not kept, in one filestore after the other. One of several that fails does not keep the others
     * from it, and says so in its result.
     *
     * @param progress receives the steps {@code mark}, with the bytes that are spared, and {@code sweep}, with those
     *     that went, as stored
     * @return for each filestore that answers
     * @throws UnderstudyException {@code LOCKED}, {@code BACKUP_MODE}, {@code FENCED}, {@code CANCELLED}; why something
     *     cannot be read; what the filestore throws; of several, only where each fails
     */
    public List<Pruned> prune(Progress progress) {
        return reported(rules::places, progress);
    }

    /** As {@link #prune}, where {@link #isDue} says that it is. */
    public List<Pruned> pruneDue(Progress progress) {
        return reported(this::due, progress);
    }

    private List<Pruned> reported(Function<Repository, List<Place>> which, Progress progress) {
        try {
            List<Pruned> pruned = locked(which, progress);
            pruned.forEach(this::report);
            return pruned;
        } catch (UnderstudyException | OutOfMemoryError e) {
            UnderstudyException known = Unexpected.of("prune", e);
            events.report(new PrimaryEvent.PruningFailed(Optional.empty(), known));
            throw known;
        } catch (RuntimeException | Error e) {
            events.report(new PrimaryEvent.PruningFailed(Optional.empty(), Unexpected.of("prune", e)));
            throw e;
        }
    }

    private void report(Pruned pruned) {
        events.report(pruned.refused()
                .<PrimaryEvent>map(why -> new PrimaryEvent.PruningFailed(pruned.filestore(), why))
                .orElseGet(() -> new PrimaryEvent.PruningDone(
                        pruned.filestore(),
                        pruned.kept(),
                        pruned.deleted(),
                        pruned.swept().blobs(),
                        pruned.swept().bytes())));
    }

    /**
     * Whether the daemon should prune a filestore now: it may, and the last time is about a day ago.
     *
     * @throws UnderstudyException where no filestore says when that was
     */
    public boolean isDue() {
        return !host.marker().present() && !due(host.target()).isEmpty();
    }

    /** Of several filestores those that answer: another one is looked at when it is back. */
    private List<Place> due(Repository all) {
        List<Place> due = new ArrayList<>();
        List<Place> asked = rules.places(all).stream()
                .filter(place -> place.rule().automatic())
                .toList();
        List<UnderstudyException> failures = new ArrayList<>();
        for (Place place : asked) {
            try {
                if (isDue(place)) {
                    due.add(place);
                }
            } catch (UnderstudyException e) {
                failures.add(e);
                LOG.debug("whether to prune filestore {} is not known", place.name(), e);
            }
        }
        if (!failures.isEmpty() && failures.size() == asked.size()) {
            throw failures.get(0);
        }
        return due;
    }

    private boolean isDue(Place place) {
        Instant now = host.clock().instant();
        Optional<Instant> last = place.repository().pruneMarker().last();
        return last.isEmpty() || Duration.between(last.get(), now).abs().compareTo(EVERY) >= 0;
    }

    /**
     * What {@link #prune} would do now, on any server that can read the repository. Writes nothing.
     *
     * @return for each filestore
     * @throws UnderstudyException what reading the filestore throws; what would make pruning refuse is in the result
     */
    public List<Pruned> explain(Progress progress) {
        Repository all = host.target();
        return each(rules.places(all), true, place -> new StorePruning(host, all, place).explain(progress));
    }

    /**
     * What retention keeps now in a filestore, of what all of them hold.
     *
     * @param filestore as the configuration calls it
     * @throws UnderstudyException what reading the filestores throws
     */
    public Set<SnapshotId> kept(String filestore) {
        Repository all = host.target();
        return new StorePruning(host, all, new Place(Optional.of(filestore), all, rules.in(filestore))).kept();
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
        return host.permission(host.target());
    }

    private List<Pruned> locked(Function<Repository, List<Place>> which, Progress progress) {
        return alone("prune", () -> {
            Repository all = host.target();
            int epoch = host.permission(all);
            List<StorePruning> done = new ArrayList<>();
            List<Pruned> pruned = each(which.apply(all), false, place -> {
                StorePruning store = new StorePruning(host, all, place);
                Pruned result = store.prune(epoch, events, progress);
                done.add(store);
                return result;
            });
            forget(all, done);
            return pruned;
        });
    }

    /** What no filestore holds any more is not to be missed; one that was not looked at may hold it. */
    private void forget(Repository all, List<StorePruning> looked) {
        if (looked.size() == Math.max(1, all.copies().size())) {
            GenuineSnapshots genuine = new GenuineSnapshots(host.state());
            genuine.update(all.id(), List.of(), inNone(looked, StorePruning::gone));
            genuine.updateOrphans(all.id(), List.of(), inNone(looked, StorePruning::goneOrphans));
        }
    }

    private static Set<SnapshotId> inNone(List<StorePruning> looked, Function<StorePruning, Set<SnapshotId>> gone) {
        Set<SnapshotId> all = gone.apply(looked.get(0));
        looked.forEach(store -> all.retainAll(gone.apply(store)));
        return all;
    }

    /** Of several filestores one that fails does not keep the others from it. */
    private static List<Pruned> each(List<Place> places, boolean dryRun, Function<Place, Pruned> work) {
        List<Pruned> results = new ArrayList<>();
        List<UnderstudyException> failures = new ArrayList<>();
        for (Place place : places) {
            try {
                results.add(work.apply(place));
            } catch (UnderstudyException e) {
                if (failures.size() + 1 == places.size() || STOPS_ALL.contains(e.code())) {
                    throw e;
                }
                failures.add(e);
                results.add(Pruned.failed(place.name(), dryRun, e));
            }
        }
        return results;
    }
}
