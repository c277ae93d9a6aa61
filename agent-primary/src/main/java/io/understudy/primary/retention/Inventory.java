package io.understudy.primary.retention;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.retention.Candidate.Known;
import io.understudy.primary.retention.Candidate.Unreadable;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The snapshots of a repository, each manifest read once. Manifests do not change, so a second look reads only what is
 * new.
 */
final class Inventory {
    private final Repository repository;
    private final Map<SnapshotId, Candidate> read = new HashMap<>();
    private final Map<SnapshotId, UnderstudyException> faults = new HashMap<>();

    Inventory(Repository repository) {
        this.repository = repository;
    }

    /** All snapshots of now, ascending. */
    List<Candidate> look() {
        return repository.list().stream()
                .map(this::candidate)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Why one of the snapshots that were looked at cannot be read: the first of them. */
    Optional<UnderstudyException> fault() {
        return faults.keySet().stream().sorted().findFirst().map(faults::get);
    }

    private Optional<Candidate> candidate(SnapshotId snapshot) {
        Candidate known = read.get(snapshot);
        if (known == null) {
            known = read(snapshot);
            read.put(snapshot, known);
        }
        return Optional.ofNullable(known);
    }

    /** @return null when it is gone */
    private Candidate read(SnapshotId snapshot) {
        try {
            return Known.of(repository.read(snapshot));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.SNAPSHOT_UNKNOWN) {
                return null;
            }
            if (!e.code().judgesContent()) {
                throw e;
            }
            faults.put(snapshot, e);
            return new Unreadable(snapshot, e.getMessage());
        }
    }
}
