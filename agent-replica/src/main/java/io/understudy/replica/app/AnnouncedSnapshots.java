package io.understudy.replica.app;

import io.understudy.events.Events;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.round.AnnouncedName;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import io.understudy.transport.PlainText;
import io.understudy.v1.Announcement;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Wakes the daemon for snapshots that are newer than what is live or ahead.
 *
 * @param site announcements of another one are ignored
 */
record AnnouncedSnapshots(String site, ReplicaStateStore store, AnnouncedName announced, Events events, Runnable wake)
        implements Consumer<Announcement> {
    @Override
    public void accept(Announcement announcement) {
        if (!announcement.getSite().equals(site) || !isSnapshot(announcement.getSnapshot())) {
            return;
        }
        ReplicaRecord record = store.record();
        String here = record.ahead()
                .map(Ahead::snapshot)
                .or(() -> record.live().flatMap(DatabaseVersion::snapshot))
                .map(SnapshotId::toString)
                .orElse("");
        if (announcement.getSnapshot().compareTo(here) > 0) {
            announced.announce(SnapshotId.parse(announcement.getSnapshot()));
            events.report(new ReplicaEvent.SnapshotAnnounced(
                    Optional.of(PlainText.of(announcement.getServer())).filter(name -> !name.isEmpty()),
                    announcement.getSnapshot()));
            wake.run();
        }
    }

    /** What is announced comes from another server, and is compared as text. */
    private static boolean isSnapshot(String text) {
        try {
            return SnapshotId.parse(text).toString().equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
