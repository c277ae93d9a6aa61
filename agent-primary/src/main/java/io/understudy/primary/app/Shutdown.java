package io.understudy.primary.app;

import io.understudy.config.Settings.ServiceSettings;
import io.understudy.config.ShutdownSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.process.CommandRunner;
import io.understudy.site.CommandSiteService;
import io.understudy.site.Marker;
import io.understudy.tasks.TimeLimit;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A last snapshot before this server stops: the site is stopped by its own command, then a snapshot is taken that
 * names itself the last one. Where the site cannot be stopped, the snapshot is taken all the same, and says so.
 */
public final class Shutdown {
    private final ShutdownSettings settings;
    private final ServiceSettings service;
    private final Marker marker;
    private final CommandRunner runner;
    private final Function<SnapshotRequest, SnapshotView> snapshots;
    private final Ticker ticker;

    /** @param snapshots takes one; ends early with an exception where its thread is interrupted */
    public Shutdown(
            ShutdownSettings settings,
            ServiceSettings service,
            Marker marker,
            CommandRunner runner,
            Function<SnapshotRequest, SnapshotView> snapshots,
            Ticker ticker) {
        this.settings = Objects.requireNonNull(settings);
        this.service = stopping(settings, service);
        this.marker = Objects.requireNonNull(marker);
        this.runner = Objects.requireNonNull(runner);
        this.snapshots = Objects.requireNonNull(snapshots);
        this.ticker = Objects.requireNonNull(ticker);
    }

    private static ServiceSettings stopping(ShutdownSettings own, ServiceSettings service) {
        return new ServiceSettings(
                own.stop().isEmpty() ? service.stop() : own.stop(),
                List.of(),
                List.of(),
                service.environment(),
                own.limit().dividedBy(2),
                Optional.empty());
    }

    /**
     * Does nothing in backup mode.
     *
     * @throws UnderstudyException why there is no last snapshot, and whether the site is stopped; where it took too
     *     long, {@code COMMAND_TIMEOUT}
     */
    public ShutdownView run() {
        if (marker.present()) {
            return ShutdownView.ofStandby();
        }
        long begun = ticker.nanos();
        Optional<UnderstudyException> failure = stop();
        boolean stopped = !service.stop().isEmpty() && failure.isEmpty();
        Duration left = settings.limit().minus(ticker.since(begun));
        try {
            SnapshotView taken =
                    TimeLimit.on(() -> snapshots.apply(SnapshotRequest.last(stopped)), left, () -> tooLong(left));
            return ShutdownView.of(stopped, failure, taken);
        } catch (UnderstudyException e) {
            throw new UnderstudyException(
                    e.code(),
                    "no last snapshot: " + e.getMessage() + "; the site is " + (stopped ? "" : "not ") + "stopped"
                            + failure.map(why -> ": " + why.getMessage()).orElse(""),
                    e.hint() + "; then run agent-primary shutdown again, or start the site by its own command",
                    e);
        }
    }

    private Optional<UnderstudyException> stop() {
        try {
            new CommandSiteService(service, runner, ticker).stop();
            return Optional.empty();
        } catch (UnderstudyException e) {
            return Optional.of(new UnderstudyException(
                    e.code(),
                    e.getMessage(),
                    "what the site wrote after the snapshot is on this server alone: stop it by hand, and run"
                            + " agent-primary shutdown again",
                    e));
        }
    }

    private UnderstudyException tooLong(Duration left) {
        return new UnderstudyException(
                ErrorCode.COMMAND_TIMEOUT,
                "the snapshot did not end within the " + Math.max(0, left.toSeconds())
                        + " s that primary.shutdown.limit (" + settings.limit().toSeconds() + " s) left it",
                "raise primary.shutdown.limit, and TimeoutStopSec of understudy-shutdown.service with it");
    }
}
