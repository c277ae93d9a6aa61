package io.understudy.replica.fetch;

import io.understudy.browse.SnapshotReader;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.Epochs;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snapshots of the repository in the filestore, by way of the mirror. */
public final class MirroredSnapshots implements SnapshotSource {
    private static final Logger LOG = LoggerFactory.getLogger(MirroredSnapshots.class);
    /** A day is the least that a rule can say; clocks may differ by an hour. */
    private static final Duration YOUNG = Duration.ofHours(23);
    /** Stored bytes that are fetched without a report of their own. */
    private static final long MOST_UNHELD = 256L << 20;

    private final Supplier<Repository> remote;
    private final MirrorAccess mirrors;
    private final OwnReport report;
    private final Supplier<Optional<SnapshotId>> base;
    private final Supplier<Set<SnapshotId>> onHold;
    private final MirrorUpkeep upkeep;
    private final ErasedCopy erasedCopy;
    private final Clock clock;
    private final Function<SnapshotReader, ErasedKeys> erased;
    private final AtomicReference<Mirror> mirror = new AtomicReference<>();
    /** What is loaded ahead, as far as this process knows. */
    private Optional<SnapshotId> loaded = Optional.empty();
    /** What the last report of this process holds. */
    private Set<SnapshotId> held = Set.of();

    /**
     * @param replica this replica's name in its reports
     * @param agent version of Understudy here
     * @param id of this standby, in its reports; empty where none can be kept
     * @param base the snapshot that the next load begins with: it stays in the mirror too
     * @param onHold what is held, and the last before it: they stay in the mirror, and in the repository
     */
    public MirroredSnapshots(
            Supplier<Repository> remote,
            MirrorAccess mirrors,
            String replica,
            String agent,
            Supplier<Optional<String>> id,
            Supplier<Optional<SnapshotId>> base,
            Supplier<Set<SnapshotId>> onHold,
            Clock clock) {
        this(remote, mirrors, replica, agent, id, base, onHold, clock, none -> ErasedKeys.none());
    }

    /** @param erased which rows were erased, by what reads snapshots here */
    public MirroredSnapshots(
            Supplier<Repository> remote,
            MirrorAccess mirrors,
            String replica,
            String agent,
            Supplier<Optional<String>> id,
            Supplier<Optional<SnapshotId>> base,
            Supplier<Set<SnapshotId>> onHold,
            Clock clock,
            Function<SnapshotReader, ErasedKeys> erased) {
        this.erased = erased;
        this.clock = clock;
        this.remote = remote;
        this.mirrors = mirrors;
        this.base = base;
        this.onHold = onHold;
        this.upkeep = new MirrorUpkeep(clock);
        this.erasedCopy = new ErasedCopy(remote, clock);
        this.report = new OwnReport(remote, replica, agent, id, clock);
    }

    @Override
    public ErasedKeys erased(Manifest manifest) {
        return mayHaveErased(manifest, clock.instant())
                ? erased.apply(new MirroredReader(remote, this::here)).at(manifest.moment())
                : ErasedKeys.none();
    }

    /** Whether it is old enough for rows to be in it that were erased since. */
    public static boolean mayHaveErased(Manifest manifest, Instant now) {
        return !manifest.moment().isAfter(now.minus(YOUNG));
    }

    @Override
    public List<SnapshotId> list() {
        List<SnapshotId> all = remote.get().list();
        report.lookForNamesake();
        return all;
    }

    @Override
    public List<SnapshotId> newerThan(SnapshotId snapshot) {
        List<SnapshotId> newer = remote.get().newerThan(snapshot);
        report.lookForNamesake();
        return newer;
    }

    @Override
    public Epochs.Above claimedAbove(int epoch) {
        return remote.get().epochs().above(epoch);
    }

    @Override
    public boolean isStillNewest(SnapshotId snapshot) {
        Repository repository = remote.get();
        return repository.holds(snapshot) && !repository.epochs().isNamed(snapshot.epoch() + 1);
    }

    @Override
    public Optional<JunkObject> identityJunk() {
        return remote.get().identityJunk();
    }

    @Override
    public Manifest manifest(SnapshotId snapshot) {
        return remote.get().read(snapshot);
    }

    @Override
    public Optional<Instant> namesake() {
        return report.namesake();
    }

    /** While the filestore is away, what is here whole is as good. */
    @Override
    public Fetched fetch(SnapshotId snapshot, Optional<Following> now, Progress progress) {
        Mirror.Fetched fetched = reachable().fetch(snapshot, new Hold(snapshot, now), progress);
        return new Fetched(fetched.manifest(), fetched.transfer().fetchedBytes());
    }

    /**
     * Reports what is about to be fetched, before it is. Not so of one that is newer than all that the last report
     * holds and needs little: retention keeps the newest for longer than that takes.
     */
    private final class Hold implements Mirror.Before {
        private final SnapshotId wanted;
        private final Optional<Following> now;
        private boolean written;

        Hold(SnapshotId wanted, Optional<Following> now) {
            this.wanted = wanted;
            this.now = now;
        }

        @Override
        public void begins() {
            boolean newest = held.stream().allMatch(each -> each.compareTo(wanted) < 0);
            if (loaded.isEmpty() || !newest || upkeep.reportIsDue()) {
                write();
            }
        }

        @Override
        public void fetches(long bytes) {
            if (!written && bytes > MOST_UNHELD) {
                write();
            }
        }

        private void write() {
            Set<SnapshotId> holds = new LinkedHashSet<>();
            now.map(MirroredSnapshots::inUse).ifPresent(holds::addAll);
            loaded.ifPresent(holds::add);
            holds.add(wanted);
            report(now, holds);
            written = true;
            ReplicaPoint.SNAPSHOT_HELD.reached();
        }
    }

    private void report(Optional<Following> now, Set<SnapshotId> used) {
        Set<SnapshotId> holds = new LinkedHashSet<>(used);
        try {
            holds.addAll(onHold.get());
        } catch (UnderstudyException e) {
            LOG.warn("the report of this standby does not name what is held: {}", e.getMessage());
        }
        report.write(now, holds);
        held = Set.copyOf(holds);
        upkeep.reported();
    }

    private Mirror reachable() {
        try {
            return mirror();
        } catch (UnderstudyException e) {
            if (e.code().judgesContent() || e.code() == ErrorCode.REPOSITORY_EXISTS) {
                throw e;
            }
            return here().orElseThrow(() -> e);
        }
    }

    @Override
    public Optional<Manifest> held(SnapshotId snapshot) {
        try {
            Optional<Mirror> here = here();
            return here.isPresent() ? Optional.of(here.get().read(snapshot)) : Optional.empty();
        } catch (UnderstudyException e) {
            LOG.debug("the mirror does not give {}", snapshot, e);
            return Optional.empty();
        }
    }

    /** The mirror on this server's disk, without a look at the filestore. */
    public Optional<Mirror> here() {
        try {
            Mirror opened = mirror.get();
            return Optional.of(opened != null ? opened : mirrors.alone(remote));
        } catch (UnderstudyException e) {
            LOG.debug("there is no mirror to read", e);
            return Optional.empty();
        }
    }

    /** Of the mirror that is here: what is read of it was fetched before. */
    @Override
    public BlobSource blobs() {
        return here().map(Mirror::blobs).orElseGet(() -> mirror().blobs());
    }

    @Override
    public void settled(Following now) {
        loaded = Optional.empty();
        trim(inUse(now));
        report(Optional.of(now), inUse(now));
        erasedCopy.refresh(this::here);
        ReplicaPoint.REPORT_WRITTEN.reached();
    }

    @Override
    public void ahead(Following now, SnapshotId ahead) {
        loaded = Optional.of(ahead);
        Set<SnapshotId> used = new LinkedHashSet<>(inUse(now));
        used.add(ahead);
        if (upkeep.trimIsDue()) {
            trim(used);
        }
        if (upkeep.reportIsDue()) {
            report(Optional.of(now), used);
        }
        erasedCopy.refresh(this::here);
    }

    private void trim(Set<SnapshotId> used) {
        try {
            Set<SnapshotId> keep = new LinkedHashSet<>(used);
            base.get().ifPresent(keep::add);
            keep.addAll(onHold.get());
            upkeep.trim(() -> mirror().trim(keep));
            ReplicaPoint.MIRROR_TRIMMED.reached();
        } catch (RuntimeException e) {
            LOG.warn("the mirror keeps content that is no longer needed: {}", e.getMessage());
        }
    }

    private static Set<SnapshotId> inUse(Following now) {
        Set<SnapshotId> used = new LinkedHashSet<>();
        now.current().snapshot().ifPresent(used::add);
        now.previous().flatMap(DatabaseVersion::snapshot).ifPresent(used::add);
        return used;
    }

    /**
     * The mirror, opened when it is first needed. No thread waits for another's opening, which a filestore may hold up:
     * a promotion reads what is here all the same.
     */
    public Mirror mirror() {
        if (mirror.get() == null) {
            mirror.compareAndSet(null, mirrors.of(remote.get()));
        }
        return mirror.get();
    }
}
