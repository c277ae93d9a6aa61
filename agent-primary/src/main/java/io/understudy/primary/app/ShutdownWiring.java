package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.config.ShutdownSettings;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.quiesce.SiteTurn;
import io.understudy.primary.quiesce.StoppedForGood;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.site.CommandSiteService;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes the shutdown of a real server. */
public final class ShutdownWiring {
    private ShutdownWiring() {}

    /**
     * @param cancel has the agent cancel a switchover; throws where it can't be asked
     * @param snapshots takes one; ends early with an exception where its thread is interrupted
     */
    public static Shutdown of(
            Settings settings,
            QuiesceWiring quiesce,
            Runnable cancel,
            Function<SnapshotRequest, SnapshotView> snapshots) {
        return of(
                new SwitchoverEnd(new SwitchoverNotes(settings.state(), Clock.systemUTC()), cancel, Ticker.system()),
                settings.primary().shutdown(),
                settings.service(),
                new Marker(settings.marker()),
                new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state())),
                settings.service().quiesce().map(each -> quiesce.forGood()),
                settings.service()
                        .quiesce()
                        .map(each ->
                                turn(settings, each.limit(), settings.primary().shutdown())),
                snapshots,
                Ticker.system());
    }

    /** It is waited for no longer than leaves time for the stop and the snapshot. */
    private static SiteTurn turn(Settings settings, Duration limit, ShutdownSettings shutdown) {
        Duration most = shutdown.limit().dividedBy(4);
        return new SiteTurn(settings.state(), limit.compareTo(most) < 0 ? limit : most, Ticker.system());
    }

    static Shutdown of(
            SwitchoverEnd switchover,
            ShutdownSettings settings,
            ServiceSettings service,
            Marker marker,
            CommandRunner runner,
            Optional<StoppedForGood> forGood,
            Optional<SiteTurn> turn,
            Function<SnapshotRequest, SnapshotView> snapshots,
            Ticker ticker) {
        ServiceSettings stopping = new ServiceSettings(
                settings.stop().isEmpty() ? service.stop() : settings.stop(),
                List.of(),
                List.of(),
                service.environment(),
                settings.limit().dividedBy(2),
                Optional.empty());
        return new Shutdown(
                settings.limit(),
                switchover,
                marker,
                stopping.stop().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new CommandSiteService(stopping, runner, ticker)),
                forGood,
                turn,
                snapshots,
                ticker);
    }
}
