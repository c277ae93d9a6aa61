package io.understudy.replica.app;

import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import io.understudy.v1.Announcement;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the daemon for snapshots that are newer than what is live.
 *
 * @param site announcements of another one are ignored
 */
record AnnouncedSnapshots(String site, ReplicaStateStore store, Runnable wake) implements Consumer<Announcement> {
    private static final Logger LOG = LoggerFactory.getLogger(AnnouncedSnapshots.class);

    @Override
    public void accept(Announcement announcement) {
        if (!announcement.getSite().equals(site) || announcement.getSnapshot().isEmpty()) {
            return;
        }
        String applied = store.ledger()
                .live()
                .flatMap(DatabaseVersion::snapshot)
                .map(SnapshotId::toString)
                .orElse("");
        if (announcement.getSnapshot().compareTo(applied) > 0) {
            LOG.info("{} announces {}", announcement.getServer(), announcement.getSnapshot());
            wake.run();
        }
    }
}
