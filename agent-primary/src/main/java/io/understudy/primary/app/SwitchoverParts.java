package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.primary.switchover.FinalSnapshot;
import io.understudy.primary.switchover.NextEpoch;
import io.understudy.primary.switchover.RepositoryNextEpoch;
import io.understudy.primary.switchover.Switchover;
import io.understudy.primary.switchover.SwitchoverMarker;
import io.understudy.primary.switchover.SwitchoverTimes;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import io.understudy.site.SiteService;
import io.understudy.switchover.SwitchoverNotes;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What a switchover is made of, but for the site and the snapshots: those of a daemon, or a test's. */
public final class SwitchoverParts {
    private final Settings settings;
    private final PrimaryPorts ports;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final Supplier<SigningKey> key;

    public SwitchoverParts(
            Settings settings,
            PrimaryPorts ports,
            EpochStore epochs,
            Supplier<Repository> repository,
            Supplier<SigningKey> key) {
        this.settings = settings;
        this.ports = ports;
        this.epochs = epochs;
        this.repository = repository;
        this.key = key;
    }

    /** The steps of this server, where no standby is connected. */
    public Switchover switchover(SwitchoverNotes notes, SiteService site, FinalSnapshot last, Events events) {
        return switchover(notes, site, last, next(), name -> false, events);
    }

    /**
     * The same, with its questions about the next epoch asked through another.
     *
     * @param serving whether the standby of this name says that it serves
     */
    Switchover switchover(
            SwitchoverNotes notes,
            SiteService site,
            FinalSnapshot last,
            NextEpoch next,
            Predicate<String> serving,
            Events events) {
        return new Switchover(
                notes,
                new SwitchoverMarker(settings.site(), marker(), ports.clock()),
                site,
                last,
                next,
                serving,
                times(),
                events,
                ports.clock(),
                ports.ticker());
    }

    /** The epoch that this server may publish in. */
    public int epoch() {
        return epochs.require(repository.get());
    }

    public NextEpoch next() {
        return new RepositoryNextEpoch(
                repository,
                epochs,
                key,
                settings.primary().name(),
                () -> UUID.randomUUID().toString(),
                ports.clock());
    }

    Marker marker() {
        return new Marker(settings.marker());
    }

    SwitchoverTimes times() {
        return new SwitchoverTimes(settings.state());
    }
}
