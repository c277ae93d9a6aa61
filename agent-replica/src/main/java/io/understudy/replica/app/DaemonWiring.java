package io.understudy.replica.app;

import io.understudy.admin.AdminServer;
import io.understudy.audit.AuditLog;
import io.understudy.cli.AgentVersion;
import io.understudy.config.DrillSettings;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.history.RevisionKeeper;
import io.understudy.history.RowNotePruning;
import io.understudy.metrics.HttpPage;
import io.understudy.metrics.Monitoring;
import io.understudy.notify.Notifier;
import io.understudy.page.PageHtml;
import io.understudy.page.RecentSnapshots;
import io.understudy.page.Refreshed;
import io.understudy.progress.Progress;
import io.understudy.replica.discover.PrimaryLink;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fetch.MirroredReader;
import io.understudy.replica.round.Inspection;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochStore;
import io.understudy.repository.LastVerified;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Backoff;
import io.understudy.transport.RefusedPeers;
import io.understudy.transport.Transport;
import io.understudy.twoprimaries.Guard;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Wires the daemon around the parts of a replica: its services, in the order in which they start. */
final class DaemonWiring {
    /** What a promotion gives a load ahead that is under way. */
    private static final Duration LOAD_AHEAD = Duration.ofSeconds(10);

    private final ReplicaWiring wiring;

    DaemonWiring(ReplicaWiring wiring) {
        this.wiring = wiring;
    }

    /** @param monitoring where the filestore reports its health too */
    ReplicaAgent daemon(Monitoring monitoring) {
        Settings settings = wiring.settings();
        ReplicaPorts ports = wiring.ports();
        ReplicaStateStore store = wiring.store();
        BackupMode marker = wiring.marker();
        Transport transport = new Transport(settings.tls());
        ReplicaMetrics replicaMetrics = new ReplicaMetrics(
                monitoring.metrics(),
                store,
                wiring.holds(),
                settings.replica().name(),
                new LastVerified(settings.state()),
                ports.clock());
        DaemonStatus live = new DaemonStatus(settings.filestore().url().toString());
        Events events = new Events(ports.clock(), live, replicaMetrics, new LogSink());
        Replica replica = wiring.replica(events);
        Inspection inspection = wiring.inspection();
        EpochStore epochs = new EpochStore(settings.state());
        Guard guard = new Guard(
                Guard.Agent.REPLICA,
                settings.failover(),
                marker::on,
                () -> false,
                events,
                monitoring.metrics(),
                ports.clock(),
                ports.ticker());
        StatusReport status = wiring.statusReport(live, guard::view);
        OtherPrimaries others = new OtherPrimaries(settings.site(), marker, epochs::known, guard.two());
        PollPace pace = new PollPace(settings.replica().poll(), ports.clock());
        events.add(pace);
        JobQueue queue = new JobQueue(
                replica::attend, new RoundPause(store, pace, ports.clock()), LOAD_AHEAD, events, ports.ticker());
        events.add(new AfterImport(queue::wake));
        Runnable repair = () -> {
            wiring.damage().note();
            queue.wake();
        };
        Inspector inspector = new Inspector(inspection, repair, events, ports.ticker());
        PrimaryLink link = new PrimaryLink(
                settings.replica().primaries(),
                transport::channel,
                () -> status.report(inspector.last(), epochs::known),
                others.andThen(new AnnouncedSnapshots(settings.site(), store, wiring.announced(), events, queue::wake)),
                new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new SplittableRandom()),
                new RefusedPeers(Optional.empty(), events, ports.ticker(), ports.clock()),
                events,
                ports.clock());
        events.add(link);
        NamesAfterPromotion names = new NamesAfterPromotion(
                NamesSwitch.of(wiring)::run,
                () -> marker.on() ? Optional.empty() : wiring.names().due(store::state),
                events,
                new Backoff(NamesAfterPromotion.FIRST, NamesAfterPromotion.LONGEST, new SplittableRandom()),
                ports.ticker());
        pace.announcedBy(link::isUp);
        Drills drills = DrillWiring.ofDaemon(wiring, new SpareOfQueue(queue), events);
        MarkerWatch watch = wiring.markerWatch(
                () -> {
                    drills.promoted();
                    queue.interruptRound();
                },
                queue::wake,
                () -> {
                    replicaMetrics.everySecond(queue.isAlive(), ports.site()::healthy);
                    others.look(link.isUp());
                },
                events);
        AuditLog audit = wiring.access().audit(events);
        AdminServer admin = wiring.access()
                .server(
                        ReplicaHandlers.of(
                                replica,
                                queue,
                                events,
                                audit,
                                names::answer,
                                drills,
                                () -> status.ofDaemon(link.seen()),
                                status::forecast),
                        audit,
                        events);
        ReplicaNotices notices =
                new ReplicaNotices(store, marker, settings.primary().timing().skipUnchanged());
        Notifier notifier = wiring.notifications()
                .notifier(
                        notices,
                        notices,
                        new Notifier.Ports(
                                events, monitoring.metrics(), ports.clock(), ports.ticker(), ports.random()));
        Readiness readiness = new Readiness(marker, store, inspection, epochs, live);

        RecentSnapshots recent = new RecentSnapshots(wiring::repository, ports.clock());
        Refreshed<String> page = new Refreshed<>(
                () -> PageHtml.of(StandbyPage.of(
                        status.ofDaemon(link.seen()),
                        recent.look(),
                        settings.replica().rpo(),
                        ports.clock().instant())),
                ports.clock());

        List<Service> services = new ArrayList<>();
        services.add(() -> new ApplyLock(settings.state()).acquireDaemon(ports.ticker()));
        services.add(() -> {
            events.report(new ReplicaEvent.AgentStarted(AgentVersion.current(), settings.site(), replica.role()));
            replicaMetrics.prepare(
                    settings, marker, settings.tls().map(tls -> transport::certificateExpirySeconds), link::isUp);
            return () -> {};
        });
        services.add(audit::started);
        services.add(notifier::start);
        services.add(guard);
        services.add(admin::start);
        services.add(() -> recent);
        services.add(() -> page);
        services.add(monitoring.service(
                settings.replica().http(),
                ports.filestore(),
                events,
                queue::health,
                readiness::probe,
                new HttpPage(PageHtml.POLICY, page)));
        services.add(() -> queue.start(ClosingLimit.of(settings.service())));
        services.add(link::start);
        if (settings.failover().dns().isPresent()) {
            services.add(names);
        }
        services.add(inspector::start);
        services.add(RowNotePruning.of(settings.state()));
        if (!settings.history().tables().isEmpty()) {
            MirroredReader reader = new MirroredReader(wiring::repository, wiring.snapshots()::here);
            services.add(new RevisionService(
                    remarks -> new RevisionKeeper(
                            settings,
                            reader,
                            remarks,
                            new ErasurePublisher(wiring::repository, settings.signing()),
                            ports.clock()),
                    events,
                    ports.ticker())::start);
        }
        services.add(new ForecastWatch(status::forecast, replicaMetrics::forecast, events, ports.ticker())::start);
        drills.drill()
                .ifPresent(drill -> services.add(new DrillSchedule(
                        () -> drill.run(Progress.none()),
                        drill::clear,
                        drills::close,
                        settings.failover().drill().flatMap(DrillSettings::schedule),
                        events,
                        ports.clock(),
                        ZoneId.systemDefault())::start));
        services.add(watch::start);
        return new ReplicaAgent(services, queue, events);
    }
}
