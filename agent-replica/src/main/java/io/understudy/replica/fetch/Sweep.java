package io.understudy.replica.fetch;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.ObjectInfo;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
        KnownBlobs named = KnownBlobs.none();
        boolean whole = true;
        for (SnapshotId snapshot : keep) {
            whole &= mark(snapshot, named);
        }
        Instant before = whole ? Instant.MAX : clock.instant().minus(UNDER_WAY);
        return sweep(named, before);
    }

    /** @return false when the snapshot is not here whole: which blobs are its own is not known then */
    private boolean mark(SnapshotId snapshot, KnownBlobs named) {
        try {
            SnapshotBlobs.forEach(local.read(snapshot), source, part -> named.add(part.blob()));
            return true;
        } catch (UnderstudyException e) {
            LOG.debug("{} is not in the mirror whole", snapshot, e);
            return false;
        }
    }

    private long sweep(KnownBlobs named, Instant before) {
        Blobs blobs = local.blobs();
        long freed = 0;
        try (Stream<ObjectInfo> all = blobs.list()) {
            for (ObjectInfo info : (Iterable<ObjectInfo>) all::iterator) {
                Optional<BlobId> id = BlobId.ofKey(info.key());
                if (id.isPresent()
                        && !named.contains(id.get())
                        && info.modified().isBefore(before)) {
                    blobs.delete(id.get());
                    freed += info.size();
                }
            }
        }
        return freed;
    }
}
