package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.primary.capture.LastUnchanged;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.StoreSync;
import io.understudy.site.Marker;
import io.understudy.twoprimaries.Guard;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** The status of a server on which no daemon runs: what a command sees by itself. */
final class StatusAlone {
    private final Settings settings;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final SiteLook site;
    private final Clock clock;

    StatusAlone(
            Settings settings, EpochStore epochs, Supplier<Repository> repository, QuiesceWiring quiesce, Clock clock) {
        this.settings = settings;
        this.epochs = epochs;
        this.repository = repository;
        this.site = quiesce.look(clock);
        this.clock = clock;
    }

    /** @param target how old the newest snapshot may be */
    StatusView of(RoleStatus now, RepositorySeen seen, Optional<Duration> target) {
        LastUnchanged unchanged = new LastUnchanged(settings.state());
        StatusView status = StatusReport.of(settings)
                .withoutDaemon(
                        now,
                        seen,
                        seen.newest().flatMap(newest -> epochs.repository().flatMap(id -> unchanged.of(id, newest))),
                        site.get())
                .with(Guard.once(settings.failover(), new Marker(settings.marker())::present, clock))
                .aged(false, target, clock.instant());
        return seen.when().isPresent() ? status.with(StoreSync.look(repository.get())) : status;
    }
}
