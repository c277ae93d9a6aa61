package io.understudy.primary.capture;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryCopy;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots that this server committed, read with a good signature, or has in its mirror, and the orphans that it
 * read so. When the manifest of one of them cannot be read later, it is damaged, and retention does not know what it
 * needs; one that never was genuine is an object of a person without a key, and needs nothing. Two processes that
 * write in the same instant may lose an entry: the next pruning, which reads all manifests, adds it again.
 */
public final class GenuineSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(GenuineSnapshots.class);

    /** Entries that are added between two prunings, the newest: more than all continuous ones that may be kept. */
    private static final int MOST_ADDED = 60_000;

    private final Path mirror;
    private final StateFile<Seen> file;

    private record Seen(UUID repository, List<SnapshotId> snapshots, List<SnapshotId> orphans) {
        Seen {
            // Not in one that was written before orphans were noted.
            orphans = orphans == null ? List.of() : orphans;
        }

        static Seen none(UUID repository) {
            return new Seen(repository, List.of(), List.of());
        }

        Seen with(TreeSet<SnapshotId> snapshots) {
            return new Seen(repository, List.copyOf(snapshots), orphans);
        }
    }

    /** @param state folder of durable state, which both agents share */
    public GenuineSnapshots(Path state) {
        this.mirror = StateEntry.MIRROR.in(state);
        this.file = StateFile.in(state, StateEntry.GENUINE_SNAPSHOTS, Seen.class);
    }

    /** @throws UnderstudyException {@code STATE_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code FILE_*} */
    public Set<SnapshotId> of(Repository repository) {
        Set<SnapshotId> all = new HashSet<>(noted(repository.id()).snapshots());
        all.addAll(mirrored(repository));
        return all;
    }

    /**
     * The orphans that were read with a good signature.
     *
     * @throws UnderstudyException as {@link #of}
     */
    public Set<SnapshotId> orphans(UUID repository) {
        return Set.copyOf(noted(repository).orphans());
    }

    /** Adds one. Never throws: a snapshot does not depend on it. */
    public void add(UUID repository, SnapshotId snapshot) {
        try {
            Seen seen = noted(repository);
            TreeSet<SnapshotId> all = new TreeSet<>(seen.snapshots());
            if (all.add(snapshot)) {
                while (all.size() > MOST_ADDED) {
                    all.pollFirst();
                }
                file.write(seen.with(all));
            }
        } catch (UnderstudyException e) {
            LOG.warn("that snapshot {} is genuine is not kept: {}", snapshot, e.getMessage());
        }
    }

    /**
     * Adds those that were read, and forgets those that are gone.
     *
     * @throws UnderstudyException as {@link #of}, and {@code DISK_FULL}
     */
    public void update(UUID repository, Collection<SnapshotId> read, Collection<SnapshotId> gone) {
        Seen seen = noted(repository);
        file.write(seen.with(updated(seen.snapshots(), read, gone)));
    }

    /**
     * As {@link #update}, for orphans.
     *
     * @throws UnderstudyException as {@link #update}
     */
    public void updateOrphans(UUID repository, Collection<SnapshotId> read, Collection<SnapshotId> gone) {
        Seen seen = noted(repository);
        TreeSet<SnapshotId> all = updated(seen.orphans(), read, gone);
        if (!Set.copyOf(seen.orphans()).equals(all)) {
            file.write(new Seen(repository, seen.snapshots(), List.copyOf(all)));
        }
    }

    private static TreeSet<SnapshotId> updated(
            List<SnapshotId> seen, Collection<SnapshotId> read, Collection<SnapshotId> gone) {
        TreeSet<SnapshotId> all = new TreeSet<>(seen);
        all.addAll(read);
        all.removeAll(gone);
        return all;
    }

    private Seen noted(UUID repository) {
        return file.read().filter(seen -> seen.repository().equals(repository)).orElseGet(() -> Seen.none(repository));
    }

    /** What a standby fetched was verified then, so the names in its mirror are enough. */
    private List<SnapshotId> mirrored(Repository repository) {
        try (Filestore folder = new DirectoryFilestore(mirror)) {
            return RepositoryCopy.idIn(folder).equals(Optional.of(repository.id()))
                    ? Repository.open(folder, repository.site(), TrustedKeys.of())
                            .list()
                    : List.of();
        } catch (UnderstudyException e) {
            LOG.debug("there is no mirror to read", e);
            return List.of();
        }
    }
}
