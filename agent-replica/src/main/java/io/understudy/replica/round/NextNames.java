package io.understudy.replica.round;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Asks the repository for the snapshots whose names come next, or that was announced, instead of listing it. Names have
 * gaps, so it is listed all the same: by a process that has just started, after a failure, when an operator asks,
 * before a snapshot becomes live, and every ten minutes. Where nothing is new it also asks whether the newest known
 * snapshot is still there and the next epoch unclaimed; if not, a listing says what that means: the repository was put
 * back, or another server promoted. Not thread-safe.
 */
final class NextNames {
    private static final Duration LISTING = Duration.ofMinutes(10);
    /** Names that are asked for beyond the newest known one before nothing is said to be new. */
    private static final int GAP = 2;
    /** Snapshots that are read one after the other; where there are more, a listing is cheaper. */
    private static final int MOST = 32;

    private final SnapshotSource source;
    private final AnnouncedName announced;
    private final Ticker ticker;
    private Optional<SnapshotId> known = Optional.empty();
    private long listed;

    NextNames(SnapshotSource source, AnnouncedName announced, Ticker ticker) {
        this.source = source;
        this.announced = announced;
        this.ticker = ticker;
    }

    /** The repository was listed, and this is the newest there. */
    void listed(Optional<SnapshotId> newest) {
        known = newest;
        listed = ticker.nanos();
    }

    /** The next look lists. */
    void forget() {
        known = Optional.empty();
    }

    /** The newest that was seen. */
    Optional<SnapshotId> newest() {
        return known;
    }

    /**
     * The new ones, with their manifests, authentic.
     *
     * @return empty when the repository is to be listed
     */
    Optional<Map<SnapshotId, Manifest>> look(ReplicaRecord record, ImportRequest ask) {
        Optional<SnapshotId> hint = announced.take();
        Optional<SnapshotId> here =
                record.ahead().map(Ahead::snapshot).or(() -> record.live().flatMap(DatabaseVersion::snapshot));
        boolean calm =
                record.lastError().isEmpty() && record.failedAttempts().stream().allMatch(FailedAttempt::rejection);
        if (!calm
                || !ask.equals(ImportRequest.newest())
                || known.isEmpty()
                || here.isEmpty()
                // What was lost here is not new there, and what is missing there may come back.
                || !known.equals(here)
                || hint.filter(id -> id.epoch() != known.get().epoch()).isPresent()
                || ticker.since(listed).compareTo(LISTING) >= 0) {
            return Optional.empty();
        }
        try {
            return found(known.get(), hint.filter(id -> id.compareTo(known.get()) > 0))
                    .map(this::known)
                    .filter(found -> !found.isEmpty() || source.isStillNewest(known.get()));
        } catch (UnderstudyException e) {
            // A listing says what is wrong with it.
            forget();
            return Optional.empty();
        }
    }

    private Optional<Map<SnapshotId, Manifest>> found(SnapshotId known, Optional<SnapshotId> hint) {
        Map<SnapshotId, Manifest> found = new TreeMap<>();
        hint.ifPresent(id -> read(id).ifPresent(manifest -> found.put(id, manifest)));
        int missing = 0;
        for (int next = known.sequence() + 1; found.isEmpty() || hint.isEmpty(); next++) {
            if (found.size() == MOST) {
                return Optional.empty();
            }
            if (missing == GAP || next > SnapshotId.HIGHEST) {
                break;
            }
            SnapshotId id = new SnapshotId(known.epoch(), next);
            Optional<Manifest> manifest = read(id);
            manifest.ifPresent(it -> found.put(id, it));
            missing = manifest.isPresent() ? 0 : missing + 1;
        }
        return Optional.of(found);
    }

    private Map<SnapshotId, Manifest> known(Map<SnapshotId, Manifest> found) {
        found.keySet().stream().max(SnapshotId::compareTo).ifPresent(newest -> known = Optional.of(newest));
        return found;
    }

    private Optional<Manifest> read(SnapshotId snapshot) {
        try {
            return Optional.of(source.manifest(snapshot));
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
