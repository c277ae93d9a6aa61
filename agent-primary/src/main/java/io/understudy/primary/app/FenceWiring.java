package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.metrics.Metrics;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.LastSequence;
import io.understudy.primary.fence.Fencing;
import io.understudy.primary.fence.Lease;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.primary.fence.TakingOver;
import io.understudy.process.CommandRunner;
import io.understudy.process.HostBoot;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.site.Marker;
import io.understudy.site.SiteCommands;
import io.understudy.state.StateEntry;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Backoff;
import io.understudy.twoprimaries.Guard;
import io.understudy.twoprimaries.TwoPrimaries;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Makes what looks for a second primary, and stops the site of a fenced server. */
final class FenceWiring implements Service {
    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Settings settings;
    private final PrimaryPorts ports;
    private final EpochStore epochs;
    private final Events events;
    private final SiteStopping site;
    private final Optional<Lease> lease;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(DaemonThreads.named("on-fenced"));

    FenceWiring(
            Settings settings, PrimaryPorts ports, EpochStore epochs, Supplier<Repository> repository, Events events) {
        this.settings = settings;
        this.ports = ports;
        this.epochs = epochs;
        this.events = events;
        this.site = site();
        this.lease = lease(repository);
    }

    Guard guard(Marker marker, Metrics metrics) {
        return new Guard(
                Guard.Agent.PRIMARY,
                settings.failover(),
                marker::present,
                fenced(epochs, new TakingOver(settings.state())),
                events,
                metrics,
                ports.clock(),
                ports.ticker());
    }

    /**
     * Whether it is known that another server was promoted after this one, which has no marker; asks no filestore. A
     * server that was promoted and whose claim is another server's is fenced without ever having held an epoch.
     */
    static BooleanSupplier fenced(EpochStore epochs, TakingOver takingOver) {
        return () -> epochs.isKnownOvertaken() && !takingOver.getAsBoolean()
                || takingOver.overruled().isPresent();
    }

    OtherPrimary otherPrimary(TwoPrimaries two, Announcer announcer, Followers followers, RoleWatch roles) {
        return new OtherPrimary(
                two,
                new Fencing(site, lease),
                announcer,
                followers,
                roles,
                epochs,
                new LastSequence(settings.state()),
                new TakingOver(settings.state()));
    }

    /** Empty where the site goes on while no filestore answers. */
    private Optional<Lease> lease(Supplier<Repository> repository) {
        return settings.failover()
                .lease()
                .map(limit -> new Lease(
                        limit, epoch -> repository.get().epochs().highest(epoch), site, events, ports.ticker()));
    }

    private SiteStopping site() {
        List<String> stop = settings.failover().onFenced();
        CommandRunner runner = new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()), ports.ticker());
        SiteCommands commands = new SiteCommands(
                command -> runner.run(command.replacingOrphans()),
                settings.service().environment(),
                settings.service().limit());
        Optional<Runnable> command = stop.isEmpty()
                ? Optional.empty()
                : Optional.of(() -> commands.run("stop the fenced site", "on_fenced", stop));
        return new SiteStopping(
                command,
                SiteStopping.note(settings.state()),
                worker,
                new Backoff(FIRST, LONGEST, ports.random()),
                HostBoot.id(),
                events,
                ports.clock(),
                ports.ticker());
    }

    /** The thread of the command starts with the first one. */
    @Override
    public AutoCloseable start() {
        Optional<AutoCloseable> counting = lease.map(Lease::start);
        return () -> {
            if (counting.isPresent()) {
                counting.get().close();
            }
            worker.shutdownNow();
        };
    }
}
