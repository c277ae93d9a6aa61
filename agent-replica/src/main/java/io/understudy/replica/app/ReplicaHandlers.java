package io.understudy.replica.app;

import io.understudy.admin.AdminCall;
import io.understudy.admin.AdminHandlers;
import io.understudy.audit.AuditLog;
import io.understudy.dns.DnsSwitched;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands.DnsRequest;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** Does what is asked of a replica. The caller who leaves gives a round up. */
final class ReplicaHandlers {
    private final Replica replica;
    private final Worker worker;
    private final Events events;

    private ReplicaHandlers(Replica replica, Worker worker, Events events) {
        this.replica = replica;
        this.worker = worker;
        this.events = events;
    }

    /**
     * @param events of the replica: the caller receives the progress among them
     * @param names points the names of the site to this server
     */
    static AdminHandlers of(
            Replica replica,
            Worker worker,
            Events events,
            AuditLog audit,
            BiFunction<DnsRequest, Progress, DnsSwitched> names,
            Drills drills,
            Supplier<StatusView> status,
            Supplier<Forecast> forecast) {
        ReplicaHandlers does = new ReplicaHandlers(replica, worker, events);
        return new AdminHandlers(audit)
                .on(
                        ReplicaCommands.SYNC,
                        (request, call) -> does.round(
                                call,
                                control ->
                                        replica.sync(new ImportRequest.Newest(true, request.retryRejected()), control)))
                .on(
                        ReplicaCommands.RESTORE,
                        (request, call) -> does.round(
                                call, control -> replica.sync(new ImportRequest.Named(request.snapshot()), control)))
                .on(
                        ReplicaCommands.ACCEPT,
                        (request, call) -> does.shown(
                                call,
                                () -> worker.call(control -> {
                                    call.onCancel(control::cancel);
                                    return Decided.accepted(
                                            request.snapshot(),
                                            replica.accept(request.snapshot(), control),
                                            replica.live(),
                                            replica.held().map(HoldView::of));
                                })))
                .on(
                        ReplicaCommands.REJECT,
                        (request, call) -> worker.call(control -> {
                            replica.reject(request.snapshot());
                            return Decided.rejected(
                                    request.snapshot(), replica.held().map(HoldView::of));
                        }))
                .on(ReplicaCommands.ROLLBACK, (request, call) -> does.round(call, control -> replica.rollback()))
                .on(
                        ReplicaCommands.PROMOTE,
                        (request, call) -> does.shown(
                                call,
                                () -> drills.abandonedFor(worker)
                                        .callAtOnce(control -> PromoteResult.of(replica.promote(request, control)))))
                .on(ReplicaCommands.DRILL, (request, call) -> drills.run(call))
                .on(ReplicaCommands.DNS_SWITCH, (request, call) -> names.apply(request, call.progress()))
                .on(ReplicaCommands.STATUS, (request, call) -> status.get())
                .on(ReplicaCommands.FORECAST, (request, call) -> forecast.get());
    }

    private Synced round(AdminCall call, Function<RoundControl, RoundResult> work) {
        return shown(
                call,
                () -> worker.call(control -> {
                    call.onCancel(control::cancel);
                    return Synced.of(work.apply(control)).holding(replica.held().map(HoldView::of));
                }));
    }

    private <T> T shown(AdminCall call, Supplier<T> work) {
        EventSink caller = (event, at) -> show(event, call.progress());
        events.add(caller);
        try {
            return work.get();
        } finally {
            events.remove(caller);
        }
    }

    private static void show(Event event, Progress progress) {
        if (event instanceof ReplicaEvent.StepBegan began) {
            progress.report(began.step().label(), 0, -1);
        } else if (event instanceof ReplicaEvent.StepProgressed now) {
            progress.report(now.step().label(), now.doneBytes(), now.totalBytes());
        }
    }
}
