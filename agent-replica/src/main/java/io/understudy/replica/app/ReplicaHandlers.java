package io.understudy.replica.app;

import io.understudy.admin.AdminCall;
import io.understudy.admin.AdminHandlers;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import java.util.function.Function;
import java.util.function.Supplier;

/** Does what is asked of a replica. The caller who leaves gives a round up. */
final class ReplicaHandlers {
    private final Replica replica;
    private final Worker worker;
    private final DaemonStatus live;

    private ReplicaHandlers(Replica replica, Worker worker, DaemonStatus live) {
        this.replica = replica;
        this.worker = worker;
        this.live = live;
    }

    /** @param live has the replica's events, and passes its progress on */
    static AdminHandlers of(Replica replica, Worker worker, DaemonStatus live, Supplier<StatusView> status) {
        ReplicaHandlers does = new ReplicaHandlers(replica, worker, live);
        return new AdminHandlers()
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
                .on(ReplicaCommands.ROLLBACK, (request, call) -> does.round(call, control -> replica.rollback()))
                .on(
                        ReplicaCommands.PROMOTE,
                        (request, call) -> does.shown(
                                call, () -> worker.callAtOnce(control -> PromoteResult.of(replica.promote(request)))))
                .on(ReplicaCommands.STATUS, (request, call) -> status.get());
    }

    private Synced round(AdminCall call, Function<RoundControl, RoundResult> work) {
        return shown(
                call,
                () -> worker.call(control -> {
                    call.onCancel(control::cancel);
                    return Synced.of(work.apply(control));
                }));
    }

    private <T> T shown(AdminCall call, Supplier<T> work) {
        live.add(call.progress());
        try {
            return work.get();
        } finally {
            live.remove(call.progress());
        }
    }
}
