package io.understudy.primary.capture;

import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import java.util.UUID;

/**
 * What this process committed last, so that the next snapshot reads nothing of it again: neither a listing nor the
 * names of its blobs. It counts as long as it is the newest, which two questions show. Not thread-safe: one snapshot at
 * a time.
 */
final class LastCommitted {
    private Optional<Kept> kept = Optional.empty();

    /**
     * @param seen which transactions had ended when the database was as this snapshot has it; empty: not known
     */
    private record Kept(UUID repository, Base base, SnapshotId snapshot, Optional<MomentSeen> seen) {}

    void keep(Repository target, Base base, Optional<MomentSeen> seen) {
        kept = base.manifest().map(Manifest::snapshot).map(id -> new Kept(target.id(), base, id, seen));
    }

    /** What was committed last, whether it is still there or not. */
    Optional<Base> base() {
        return kept.map(Kept::base);
    }

    /** Which transactions had ended then. */
    Optional<MomentSeen> seen() {
        return kept.flatMap(Kept::seen);
    }

    /**
     * The newest snapshot of this epoch, if this process committed it, it is there, and no number was given since.
     *
     * @param numbers given by all processes of this server
     */
    Optional<Base> newest(Repository target, int epoch, LastSequence numbers) {
        return kept.filter(each -> each.repository().equals(target.id())
                        && each.snapshot().epoch() == epoch
                        && each.snapshot()
                                .next()
                                .filter(next -> numbers.after(next).equals(next)
                                        && target.holds(each.snapshot())
                                        && !target.holds(next))
                                .isPresent())
                .map(Kept::base);
    }
}
