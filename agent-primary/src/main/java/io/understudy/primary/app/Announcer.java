package io.understudy.primary.app;

import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.events.PrimaryEvent.SnapshotCommitted;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Announces the newest snapshot to the followers. The first sink of the daemon's events: the followers know of a commit
 * before anything else is done with it.
 */
final class Announcer implements EventSink {
    private final String server;
    private final Supplier<Repository> repository;
    private final Followers followers;

    Announcer(String server, Supplier<Repository> repository, Followers followers) {
        this.server = server;
        this.repository = repository;
        this.followers = followers;
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof SnapshotCommitted committed) {
            Manifest manifest = committed.manifest();
            int epoch = manifest.snapshot().epoch();
            followers.announce(Messages.announcement(
                    repository.get().id(), server, epoch, manifest, Optional.of(committed.committed())));
            PrimaryPoint.ANNOUNCED.reached();
        }
    }

    /** A snapshot that this agent did not commit, or not in this run. @param epoch that this server holds */
    void found(Manifest manifest, int epoch) {
        followers.announce(Messages.announcement(repository.get().id(), server, epoch, manifest, Optional.empty()));
    }
}
