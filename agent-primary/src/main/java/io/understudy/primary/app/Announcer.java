package io.understudy.primary.app;

import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.PrimaryEvents;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.points.PrimaryPoint;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Announces the newest snapshot to the followers. */
final class Announcer implements PrimaryEvents {
    private final String server;
    private final Supplier<Repository> repository;
    private final Followers followers;

    Announcer(String server, Supplier<Repository> repository, Followers followers) {
        this.server = server;
        this.repository = repository;
        this.followers = followers;
    }

    /** This before all others, whatever they do with their time: the followers know within a moment of the commit. */
    PrimaryEvents aheadOf(List<PrimaryEvents> others) {
        return PrimaryEvents.all(Stream.concat(Stream.of(this), others.stream()).toList());
    }

    @Override
    public void committed(Taken taken) {
        Manifest manifest = taken.manifest();
        followers.announce(Messages.announcement(
                repository.get().id(), server, manifest.snapshot().epoch(), manifest, Optional.of(taken.committed())));
        PrimaryPoint.ANNOUNCED.reached();
    }

    /** A snapshot that this agent did not commit, or not in this run. @param epoch that this server holds */
    void found(Manifest manifest, int epoch) {
        followers.announce(Messages.announcement(repository.get().id(), server, epoch, manifest, Optional.empty()));
    }
}
