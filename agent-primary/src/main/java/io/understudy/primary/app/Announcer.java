package io.understudy.primary.app;

import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.PrimaryEvents;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.points.PrimaryPoint;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import java.util.Optional;
import java.util.function.Supplier;

/** Tells the followers of the newest snapshot. */
final class Announcer implements PrimaryEvents {
    private final String server;
    private final Supplier<Repository> repository;
    private final Followers followers;

    Announcer(String server, Supplier<Repository> repository, Followers followers) {
        this.server = server;
        this.repository = repository;
        this.followers = followers;
    }

    @Override
    public void committed(Taken taken) {
        Manifest manifest = taken.manifest();
        followers.announce(Messages.announcement(
                repository.get().id(), server, manifest.snapshot().epoch(), manifest, Optional.of(taken.committed())));
        PrimaryPoint.ANNOUNCED.passed();
    }

    /** A snapshot that this agent did not commit, or not in this run. @param epoch that this server holds */
    void found(Manifest manifest, int epoch) {
        followers.announce(Messages.announcement(repository.get().id(), server, epoch, manifest, Optional.empty()));
    }
}
