package io.understudy.primary.app;

import io.understudy.admin.AdminHandlers;
import io.understudy.audit.AuditLog;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.announce.AskedSwitchovers;
import io.understudy.primary.announce.FollowService;
import io.understudy.primary.announce.FollowerLog;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.LastSequence;
import io.understudy.primary.capture.Looked;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.quiesce.SiteState;
import io.understudy.primary.quiesce.SiteTurn;
import io.understudy.primary.quiesce.StoppedForGood;
import io.understudy.primary.switchover.BoundedNextEpoch;
import io.understudy.primary.switchover.FinalSnapshot;
import io.understudy.primary.switchover.KnownStandby;
import io.understudy.primary.switchover.Switchover;
import io.understudy.primary.switchover.SwitchoverChecks;
import io.understudy.primary.switchover.Switchovers;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.CommandSiteService;
import io.understudy.site.SiteService;
import io.understudy.state.StateEntry;
import io.understudy.switchover.SwitchoverNotes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Makes the switchovers of a daemon. */
final class SwitchoverWiring {
    private final Settings settings;
    private final PrimaryPorts ports;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final Supplier<SigningKey> key;
    private final Followers followers;
    private final SnapshotQueue queue;

    SwitchoverWiring(
            Settings settings,
            PrimaryPorts ports,
            EpochStore epochs,
            Supplier<Repository> repository,
            Supplier<SigningKey> key,
            Followers followers,
            SnapshotQueue queue) {
        this.settings = settings;
        this.ports = ports;
        this.epochs = epochs;
        this.repository = repository;
        this.key = key;
        this.followers = followers;
        this.queue = queue;
    }

    /** @param admin receives the command */
    Switchovers switchovers(Events events, AdminHandlers admin) {
        SwitchoverNotes notes = new SwitchoverNotes(settings.state(), ports.clock());
        SwitchoverParts parts = new SwitchoverParts(settings, ports, epochs, repository, key);
        SiteService site = new SiteOfPrimary(
                new CommandSiteService(
                        settings.service(),
                        new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state())),
                        ports.ticker()),
                new StoppedForGood(settings.state(), epochs, ports.clock()),
                settings.service().quiesce().map(each -> new SiteTurn(settings.state(), each.limit(), ports.ticker())));
        Switchover switchover = parts.switchover(
                notes, site, last(), new BoundedNextEpoch(parts.next()), followers::isPromoted, events);
        Supplier<Integer> epoch = parts::epoch;
        SwitchoverChecks checks = new SwitchoverChecks(
                settings.service(),
                parts.marker(),
                notes,
                epoch,
                () -> repository.get().newest(),
                new LastSequence(settings.state())::scheduled,
                this::standbys,
                () -> parts.next().requireReady(epoch.get()));
        Switchovers all = new Switchovers(
                parts.marker(),
                checks,
                switchover,
                notes,
                parts.times(),
                epoch,
                this::shipped,
                events,
                ports.clock(),
                ports.ticker());
        queue.besides(all::status);
        admin.on(PrimaryCommands.SWITCHOVER, (request, call) -> all.run(request, call.progress()));
        return all;
    }

    /** What standbys call, also to ask for a switchover. */
    FollowService service(Switchovers switchovers, AuditLog audit, Events events) {
        return new FollowService(
                settings.site(),
                followers,
                new FollowerLog(audit, events, ports.ticker()),
                new AskedSwitchovers(
                        settings.site(), settings.failover().switchoverBy(), followers, audit, switchovers::run),
                ports.ticker());
    }

    private FinalSnapshot last() {
        Path lock = StateEntry.SNAPSHOT_LOCK.in(settings.state());
        SiteState site = new SiteState(settings.state(), ports.clock());
        AtomicReference<SnapshotQueue.Job<Taken>> last = new AtomicReference<>();
        return new FinalSnapshot() {
            @Override
            public void requireNoOther() {
                queue.giveWay();
                Optional<ProcessLock> held = ProcessLock.tryAcquire(lock);
                held.ifPresent(ProcessLock::close);
                if (held.isEmpty() || site.isNoted()) {
                    throw new UnderstudyException(
                            ErrorCode.LOCKED,
                            "cannot stop the site: a snapshot that may start it again has not ended",
                            "it ends soon; see agent-primary status");
                }
            }

            @Override
            public void giveUp() {
                Optional.ofNullable(last.get()).ifPresent(job -> job.cancel(true));
            }

            @Override
            public SnapshotId take(String standby, Duration within) {
                queue.giveWay();
                last.set(queue.submit(SnapshotRequest.finalFor(standby), Progress.none()));
                Taken taken = await(last.get(), within);
                return taken.manifest().snapshot();
            }
        };
    }

    private Optional<SnapshotId> shipped() {
        SnapshotQueue.Job<Looked> look = queue.submitLook();
        await(look, Duration.ofHours(1));
        return repository.get().newest();
    }

    private static <T> T await(SnapshotQueue.Job<T> job, Duration within) {
        try {
            return job.get(Math.max(1, within.toMillis()), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            job.cancel(true);
            throw new UnderstudyException(
                    ErrorCode.COMMAND_TIMEOUT,
                    "the snapshot did not end within " + within.toSeconds() + " s",
                    "raise --limit, or take a snapshot before the switchover",
                    e);
        } catch (CancellationException | InterruptedException e) {
            job.cancel(true);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new UnderstudyException(
                    ErrorCode.CANCELLED,
                    "the snapshot was cancelled",
                    "the agent goes on with the switchover when it runs again",
                    e);
        }
    }

    /** Over gRPC where that is known who calls, and in the repository. */
    private List<KnownStandby> standbys() {
        Stream<KnownStandby> connected = followers.all().stream()
                .map(each -> new KnownStandby(
                        each.report().getName(),
                        each.connected(),
                        Optional.of(each.report().getState()),
                        snapshot(each.report().getApplied()),
                        snapshot(each.report().getAhead()),
                        snapshot(each.report().getHeldSnapshot()),
                        !each.report().getStep().isEmpty(),
                        Optional.of(each.report().getAgentVersion()).filter(version -> !version.isEmpty()),
                        each.lastSeen(),
                        each.report().hasLastError()
                                ? Optional.of(each.report().getLastError().getMessage())
                                : Optional.empty()));
        return Stream.concat(
                        connected, repository.get().reports().all().stream().map(SwitchoverWiring::reported))
                .toList();
    }

    private static KnownStandby reported(ReplicaReport report) {
        return new KnownStandby(
                report.name(),
                false,
                Optional.empty(),
                report.applied(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                report.when(),
                Optional.empty());
    }

    private static Optional<SnapshotId> snapshot(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(SnapshotId.parse(text));
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }
}
