package io.understudy.primary.retention;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.retention.Candidate.Unreadable;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of a repository, each manifest read once. Manifests do not change, so a second look reads only what is
 * new, and what could not be read.
 */
final class Inventory {
    private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);

    private final Repository repository;
    private final Set<SnapshotId> genuine;
    private final Map<SnapshotId, Known> read = new HashMap<>();
    private final Map<SnapshotId, UnderstudyException> faults = new TreeMap<>();
    private final Set<SnapshotId> junk = new HashSet<>();
    private List<SnapshotId> listed = List.of();

    /** @param genuine snapshots that were genuine once: one of these that cannot be read is damaged, and no junk */
    Inventory(Repository repository, Set<SnapshotId> genuine) {
        this.repository = repository;
        this.genuine = genuine;
    }

    /** All that is named as a snapshot now, ascending. */
    List<Candidate> look() {
        List<Candidate> all = new ArrayList<>();
        listed = repository.list();
        listed.forEach(snapshot -> candidate(snapshot).ifPresent(all::add));
        return all;
    }

    /**
     * All whose content is needed now, ascending.
     *
     * @throws UnderstudyException when one that was genuine cannot be read
     */
    List<SnapshotId> needed() {
        List<SnapshotId> all = look().stream()
                .filter(candidate -> candidate instanceof Known)
                .map(Candidate::snapshot)
                .toList();
        fault().ifPresent(fault -> {
            throw fault;
        });
        return all;
    }

    /** Why one of the snapshots that were looked at cannot be read: the first of them. */
    Optional<UnderstudyException> fault() {
        return faults.values().stream().findFirst();
    }

    /** Those that were genuine, and that the last look did not find. */
    Set<SnapshotId> gone() {
        Set<SnapshotId> gone = new HashSet<>(genuine);
        gone.removeAll(listed);
        return gone;
    }

    /** Those that were read. */
    Set<SnapshotId> known() {
        return read.keySet();
    }

    /** @return empty when it is gone */
    private Optional<Candidate> candidate(SnapshotId snapshot) {
        Known known = read.get(snapshot);
        return known != null ? Optional.of(known) : read(snapshot);
    }

    private Optional<Candidate> read(SnapshotId snapshot) {
        try {
            Known known = Known.of(repository.outline(snapshot));
            read.put(snapshot, known);
            return Optional.of(known);
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.SNAPSHOT_UNKNOWN) {
                return Optional.empty();
            }
            if (!e.code().judgesContent()) {
                throw e;
            }
            judge(snapshot, e);
            return Optional.of(new Unreadable(snapshot, e.getMessage()));
        }
    }

    /** What a trusted key signed for a later version is needed, though it cannot be read. */
    private void judge(SnapshotId snapshot, UnderstudyException why) {
        if (genuine.contains(snapshot) || why.code() == ErrorCode.FORMAT_UNKNOWN) {
            faults.put(snapshot, why);
        } else if (junk.add(snapshot)) {
            LOG.warn("{}", new JunkObject(snapshot.key(), why).text());
        }
    }
}
