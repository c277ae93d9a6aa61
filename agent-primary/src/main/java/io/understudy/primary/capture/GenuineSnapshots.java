package io.understudy.primary.capture;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots that this server committed, or read with a good signature. When the manifest of one of them cannot be
 * read later, it is damaged, and retention does not know what it needs; one that never was genuine is an object of
 * a person without a key, and needs nothing. Two processes that write at the same moment may lose an entry: the next
 * pruning, which reads all manifests, adds it again.
 */
public final class GenuineSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(GenuineSnapshots.class);

    /** Entries that are kept between two prunings, the newest: a standby has none. */
    private static final int MOST_ADDED = 10_000;

    private final StateFile<Seen> file;

    private record Seen(UUID repository, List<SnapshotId> snapshots) {}

    public GenuineSnapshots(Path state) {
        this.file = StateFile.in(state, StateEntry.GENUINE_SNAPSHOTS, Seen.class);
    }

    /** @throws UnderstudyException {@code STATE_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code FILE_*} */
    public Set<SnapshotId> of(UUID repository) {
        return file.read()
                .filter(seen -> seen.repository().equals(repository))
                .map(seen -> Set.copyOf(seen.snapshots()))
                .orElse(Set.of());
    }

    /** Adds one. Never throws: a snapshot does not depend on it. */
    public void add(UUID repository, SnapshotId snapshot) {
        try {
            TreeSet<SnapshotId> all = new TreeSet<>(of(repository));
            if (all.add(snapshot)) {
                while (all.size() > MOST_ADDED) {
                    all.pollFirst();
                }
                replace(repository, all);
            }
        } catch (UnderstudyException e) {
            LOG.warn("that snapshot {} is genuine is not kept: {}", snapshot, e.getMessage());
        }
    }

    /** From here on these. @throws UnderstudyException {@code DISK_FULL}, {@code FILE_*} */
    public void replace(UUID repository, Collection<SnapshotId> all) {
        file.write(new Seen(repository, all.stream().sorted().toList()));
    }
}
