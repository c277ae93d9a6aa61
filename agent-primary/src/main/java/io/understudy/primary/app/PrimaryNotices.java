package io.understudy.primary.app;

import io.understudy.config.Occasion;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.metrics.Metrics;
import io.understudy.notify.DataAge;
import io.understudy.notify.Fact;
import io.understudy.notify.Notifications;
import io.understudy.notify.Notifier;
import io.understudy.notify.Signal;
import io.understudy.notify.Signals;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** What of the primary's agent people want to know. */
final class PrimaryNotices implements Signals, DataAge {
    private static final String CONTINUOUS = "continuous";
    private static final String ROLE = "role";
    private static final String FENCE = "fence";
    private static final String PRUNING = "pruning";
    /** Another topic than that the filestore is lost, which its probe alone ends. */
    private static final String BEHIND = "copies in ";

    private static final String SWITCHOVER = "switchover";
    private static final String QUIESCE = "quiesce";
    private static final String LEFTOVER = "frozen trees";

    private final DaemonStatus daemonStatus;
    private final Optional<Duration> longestPause;
    private final AtomicBoolean continuousIsWell = new AtomicBoolean();

    /** @param longestPause of the schedule; empty: none is due */
    PrimaryNotices(DaemonStatus daemonStatus, Optional<Duration> longestPause) {
        this.daemonStatus = daemonStatus;
        this.longestPause = longestPause;
    }

    /** Reports to the channels from its start on. */
    Notifier notifier(Notifications channels, Events events, Metrics metrics, PrimaryPorts ports) {
        return channels.notifier(
                this, this, new Notifier.Ports(events, metrics, ports.clock(), ports.ticker(), ports.random()));
    }

    /**
     * Of the newest snapshot of any server, or of the last look that found it current, while this one has to take them;
     * as old as the alert allows.
     */
    @Override
    public Look look() {
        return switch (daemonStatus.roleStatus().role()) {
            case PRIMARY -> newest();
            case UNKNOWN -> Without.NOT_KNOWN;
            case REPLICA, FENCED, NO_EPOCH -> Without.NOT_MINE;
        };
    }

    private Look newest() {
        RepositorySeen seen = daemonStatus.repository();
        Optional<Instant> moment = Stream.concat(
                        seen.details().map(RepositorySeen.Details::moment).stream(), daemonStatus.current().stream())
                .max(Instant::compareTo);
        if (moment.isEmpty() && (seen.when().isEmpty() || seen.newest().isPresent())) {
            // Not looked at yet, or not readable: another thing than that there is none.
            return Without.NOT_KNOWN;
        }
        return new Known(moment, PrimaryAge.target(longestPause));
    }

    @Override
    public List<Signal> of(Event event) {
        if (event instanceof PrimaryEvent.SnapshotBegan) {
            return List.of(Signal.each(Occasion.START, ROUND, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
            return committed.manifest().isContinuous() ? List.of() : committed(committed);
        }
        if (event instanceof PrimaryEvent.SnapshotUnneeded unneeded) {
            Fact fact = Fact.of(event, Optional.of(unneeded.newest()));
            return List.of(Signal.recovered(ROUND, fact), Signal.idle(ROUND, fact));
        }
        if (event instanceof PrimaryEvent.SnapshotFailed failed) {
            return isNoFailure(failed.why().code()) ? List.of() : List.of(Signal.failing(ROUND, Fact.of(event)));
        }
        return event instanceof PrimaryEvent.ContinuousLooked || event instanceof PrimaryEvent.ContinuousFailed
                ? ofContinuous(event)
                : ofOthers(event);
    }

    /** The first good look after a start, or after a failure, ends what was reported, also before a restart. */
    private List<Signal> ofContinuous(Event event) {
        if (event instanceof PrimaryEvent.ContinuousFailed failed) {
            continuousIsWell.set(false);
            return isNoFailure(failed.why().code()) ? List.of() : List.of(Signal.failing(CONTINUOUS, Fact.of(event)));
        }
        return continuousIsWell.getAndSet(true)
                ? List.of()
                : List.of(Signal.recovered(CONTINUOUS, Fact.of(new PrimaryEvent.ContinuousRecovered())));
    }

    private List<Signal> ofOthers(Event event) {
        if (event instanceof PrimaryEvent.PruningFailed failed) {
            return List.of(Signal.failing(pruning(failed.filestore()), Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.PruningDone done) {
            return List.of(Signal.recovered(pruning(done.filestore()), Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.QuiesceStartFailed) {
            return List.of(Signal.down(QUIESCE, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.SiteWasQuiet) {
            return List.of(Signal.recovered(QUIESCE, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.SiteResumed) {
            return List.of(Signal.once(Occasion.WARNING, Fact.of(event)), Signal.recovered(QUIESCE, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.QuiesceLeftover) {
            return List.of(Signal.impaired(LEFTOVER, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.QuiesceCleared) {
            return List.of(Signal.recovered(LEFTOVER, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.SiteNotStarted) {
            return List.of(Signal.moot(QUIESCE, Fact.of(event)), Signal.once(Occasion.WARNING, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.SiteNotStopped) {
            return List.of(Signal.once(Occasion.WARNING, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.SwitchoverWaits) {
            return List.of(Signal.down(SWITCHOVER, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.SwitchoverWentBack || event instanceof PrimaryEvent.SwitchoverDone) {
            Fact fact = Fact.of(event);
            return List.of(Signal.recovered(SWITCHOVER, fact), Signal.once(Occasion.WARNING, fact));
        }
        if (event instanceof PrimaryEvent.FilestoreBehind behind) {
            return List.of(Signal.impaired(BEHIND + behind.name(), Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.FilestoreCaughtUp done) {
            return List.of(Signal.recovered(BEHIND + done.name(), Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.FilestoreInStep good) {
            return List.of(Signal.recovered(BEHIND + good.name(), Fact.of(event)));
        }
        if (event instanceof CommonEvent.FilestoreLost
                && daemonStatus.roleStatus().role() == Role.REPLICA) {
            // The standby's agent reports it.
            return List.of();
        }
        if (event instanceof PrimaryEvent.RoleForbidsSnapshots) {
            return List.of(Signal.failing(ROLE, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.FencedSiteRuns) {
            return List.of(Signal.down(FENCE, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.FencedSiteStopped || event instanceof PrimaryEvent.LeaseExpired) {
            Fact fact = Fact.of(event);
            return List.of(Signal.moot(FENCE, fact), Signal.each(Occasion.FAILURE, FENCE, fact));
        }
        if (event instanceof PrimaryEvent.RoleIsPrimary) {
            return List.of(Signal.recovered(ROLE, Fact.of(event)));
        }
        if (event instanceof PrimaryEvent.RoleIsStandby) {
            Fact fact = Fact.of(event);
            return List.of(
                    Signal.moot(ROLE, fact),
                    Signal.moot(ROUND, fact),
                    Signal.moot(CONTINUOUS, fact),
                    Signal.moot(FENCE, fact),
                    Signal.moot(DNS, fact));
        }
        return Signals.common(event);
    }

    private static List<Signal> committed(PrimaryEvent.SnapshotCommitted committed) {
        Manifest.Totals totals = committed.manifest().totals();
        Fact fact = Fact.of(committed, Optional.of(committed.manifest().snapshot()));
        Signal success = Signal.each(Occasion.SUCCESS, ROUND, fact);
        return List.of(
                Signal.recovered(ROUND, fact),
                success.of(new Signal.Amount(totals.databaseBytes() + totals.fileBytes(), totals.uploadedBytes())));
    }

    /** The agent was stopped, or the role changed. */
    private static boolean isNoFailure(ErrorCode code) {
        return code == ErrorCode.CANCELLED || code == ErrorCode.BACKUP_MODE;
    }

    private static String pruning(Optional<String> filestore) {
        return PRUNING + filestore.map(name -> " " + name).orElse("");
    }
}
