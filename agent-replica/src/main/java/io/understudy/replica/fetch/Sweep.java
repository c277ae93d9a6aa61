package io.understudy.replica.fetch;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.ObjectInfo;
import io.understudy.progress.Progress;
import io.understudy.repository.ReferencedBlobs;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the mirror as small as what is still needed. */
final class Sweep {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final Duration UNDER_WAY = Duration.ofHours(24);

    private final Repository local;
    private final HealingBlobs source;
    private final Clock clock;

    Sweep(Repository local, HealingBlobs source, Clock clock) {
        this.local = local;
        this.source = source;
        this.clock = clock;
    }

    long trim(Set<SnapshotId> keep) {
        local.list().stream().filter(id -> !keep.contains(id)).forEach(local::delete);
        boolean whole = new HashSet<>(local.list()).containsAll(keep);
        long freed = 0;
        Optional<ReferencedBlobs> look = Optional.of(new ReferencedBlobs(local, source));
        while (look.isPresent()) {
            ReferencedBlobs needed = look.get();
            for (SnapshotId snapshot : keep) {
                whole &= mark(snapshot, needed);
            }
            freed += sweep(needed, whole ? Instant.MAX : clock.instant().minus(UNDER_WAY));
            look = needed.next(Progress.none());
        }
        return freed;
    }

    /** @return false when the snapshot is not here whole: which blobs are its own is not known then */
    private static boolean mark(SnapshotId snapshot, ReferencedBlobs needed) {
        try {
            needed.add(List.of(snapshot), Progress.none());
            return true;
        } catch (UnderstudyException e) {
            LOG.debug("{} is not in the mirror whole", snapshot, e);
            return false;
        }
    }

    private long sweep(ReferencedBlobs needed, Instant before) {
        long freed = 0;
        try (Stream<ObjectInfo> garbage = needed.garbage(before)) {
            for (ObjectInfo info : (Iterable<ObjectInfo>) garbage::iterator) {
                local.blobs().blob(info.key()).ifPresent(local.blobs()::delete);
                freed += info.size();
            }
        }
        return freed;
    }
}
