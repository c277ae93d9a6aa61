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
 * The snapshots that this server committed, read with a good signature, or has in its mirror. When the manifest of one
 * of them cannot be read later, it is damaged, and retention does not know what it needs; one that never was genuine is
 * an object of a person without a key, and needs nothing. Two processes that write in the same instant may lose an
 * entry: the next pruning, which reads all manifests, adds it again.
 */
public final class GenuineSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(GenuineSnapshots.class);

    /** Entries that are added between two prunings, the newest: more than all continuous ones that may be kept. */
    private static final int MOST_ADDED = 60_000;

    private final Path mirror;
    private final StateFile<Seen> file;

    private record Seen(UUID repository, List<SnapshotId> snapshots) {}

    /** @param state folder of durable state, which both agents share */
    public GenuineSnapshots(Path state) {
        this.mirror = StateEntry.MIRROR.in(state);
        this.file = StateFile.in(state, StateEntry.GENUINE_SNAPSHOTS, Seen.class);
    }

    /** @throws UnderstudyException {@code STATE_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code FILE_*} */
    public Set<SnapshotId> of(Repository repository) {
        Set<SnapshotId> all = new HashSet<>(noted(repository.id()));
        all.addAll(mirrored(repository));
        return all;
    }

    /** Adds one. Never throws: a snapshot does not depend on it. */
    public void add(UUID repository, SnapshotId snapshot) {
        try {
            TreeSet<SnapshotId> all = noted(repository);
            if (all.add(snapshot)) {
                while (all.size() > MOST_ADDED) {
                    all.pollFirst();
                }
                file.write(new Seen(repository, List.copyOf(all)));
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
        TreeSet<SnapshotId> all = noted(repository);
        all.addAll(read);
        all.removeAll(gone);
        file.write(new Seen(repository, List.copyOf(all)));
    }

    private TreeSet<SnapshotId> noted(UUID repository) {
        return new TreeSet<>(file.read()
                .filter(seen -> seen.repository().equals(repository))
                .map(Seen::snapshots)
                .orElse(List.of()));
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
