package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.metrics.Metrics;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.LastSequence;
import io.understudy.primary.fence.Fencing;
import io.understudy.primary.fence.TakingOver;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.EpochStore;
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

/** Makes what looks for a second primary, and stops the site of a fenced server. */
final class FenceWiring implements Service {
    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Settings settings;
    private final PrimaryPorts ports;
    private final EpochStore epochs;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(DaemonThreads.named("on-fenced"));

    FenceWiring(Settings settings, PrimaryPorts ports, EpochStore epochs) {
        this.settings = settings;
        this.ports = ports;
        this.epochs = epochs;
    }

    Guard guard(Marker marker, Events events, Metrics metrics) {
        return new Guard(
                Guard.Agent.PRIMARY,
                settings.failover(),
                marker::present,
                events,
                metrics,
                ports.clock(),
                ports.ticker());
    }

    OtherPrimary otherPrimary(
            TwoPrimaries two, Announcer announcer, Followers followers, RoleWatch roles, Events events) {
        return new OtherPrimary(
                two,
                fencing(events),
                announcer,
                followers,
                roles,
                epochs,
                new LastSequence(settings.state()),
                new TakingOver(settings.state()));
    }

    private Fencing fencing(Events events) {
        List<String> stop = settings.failover().onFenced();
        SiteCommands commands = new SiteCommands(
                new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()), ports.ticker()),
                settings.service().environment(),
                settings.service().limit());
        Optional<Runnable> command = stop.isEmpty()
                ? Optional.empty()
                : Optional.of(() -> commands.run("stop the fenced site", "on_fenced", stop));
        return new Fencing(
                command,
                settings.failover().lease(),
                Fencing.note(settings.state()),
                worker,
                new Backoff(FIRST, LONGEST, ports.random()),
                events,
                ports.clock(),
                ports.ticker());
    }

    /** Its thread starts with the first command. */
    @Override
    public AutoCloseable start() {
        return worker::shutdownNow;
    }
}
