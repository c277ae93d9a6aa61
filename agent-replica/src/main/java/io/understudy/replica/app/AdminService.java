package io.understudy.replica.app;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.repository.SnapshotId;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.PromoteReply;
import io.understudy.v1.PromoteRequest;
import io.understudy.v1.ReplicaAdminGrpc;
import io.understudy.v1.ReplicaStatus;
import io.understudy.v1.ReplicaStatusRequest;
import io.understudy.v1.RestoreRequest;
import io.understudy.v1.RollbackRequest;
import io.understudy.v1.StepProgress;
import io.understudy.v1.SyncReply;
import io.understudy.v1.SyncRequest;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the commands ask of the daemon. */
final class AdminService extends ReplicaAdminGrpc.ReplicaAdminImplBase {
    private final String site;
    private final Replica replica;
    private final JobQueue queue;
    private final DaemonStatus live;
    private final Supplier<ReplicaStatus> status;

    AdminService(String site, Replica replica, JobQueue queue, DaemonStatus live, Supplier<ReplicaStatus> status) {
        this.site = site;
        this.replica = replica;
        this.queue = queue;
        this.live = live;
        this.status = status;
    }

    @Override
    public void syncNow(SyncRequest request, StreamObserver<SyncReply> answer) {
        ImportRequest ask = new ImportRequest.Newest(true, request.getRetryRejected());
        sync(request.getSite(), answer, control -> Synced.of(replica.sync(ask, control)));
    }

    @Override
    public void restore(RestoreRequest request, StreamObserver<SyncReply> answer) {
        sync(request.getSite(), answer, control -> {
            ImportRequest ask = new ImportRequest.Named(SnapshotId.parse(request.getSnapshot()));
            return Synced.of(replica.sync(ask, control));
        });
    }

    @Override
    public void rollback(RollbackRequest request, StreamObserver<SyncReply> answer) {
        sync(request.getSite(), answer, control -> Synced.of(replica.rollback()));
    }

    @Override
    public void promote(PromoteRequest request, StreamObserver<PromoteReply> answer) {
        Promotion.Request wanted =
                new Promotion.Request(request.getReason(), request.getUnfenced(), request.getForce());
        Calls.answer(
                answer,
                progress -> PromoteReply.newBuilder().setProgress(progress).build(),
                listener -> {
                    requireSite(request.getSite());
                    PromoteResult result = listening(
                            listener, () -> queue.callAtOnce(control -> PromoteResult.of(replica.promote(wanted))));
                    return PromoteReply.newBuilder().setDone(Protos.of(result)).build();
                });
    }

    @Override
    public void status(ReplicaStatusRequest request, StreamObserver<ReplicaStatus> answer) {
        try {
            requireSite(request.getSite());
            answer.onNext(status.get());
            answer.onCompleted();
        } catch (RuntimeException e) {
            answer.onError(RpcFailures.toStatus(e));
        }
    }

    /** The caller who hangs up gives the round up. */
    private void sync(String caller, StreamObserver<SyncReply> answer, Function<RoundControl, Synced> work) {
        AtomicReference<RoundControl> running = new AtomicReference<>();
        ((ServerCallStreamObserver<SyncReply>) answer).setOnCancelHandler(() -> {
            RoundControl control = running.get();
            if (control != null) {
                control.cancel();
            }
        });
        Calls.answer(
                answer, progress -> SyncReply.newBuilder().setProgress(progress).build(), listener -> {
                    requireSite(caller);
                    Synced synced = listening(
                            listener,
                            () -> queue.call(control -> {
                                running.set(control);
                                return work.apply(control);
                            }));
                    return SyncReply.newBuilder().setDone(Protos.of(synced)).build();
                });
    }

    private <T> T listening(Progress listener, Supplier<T> work) {
        live.add(listener);
        try {
            return work.get();
        } finally {
            live.remove(listener);
        }
    }

    private void requireSite(String caller) {
        if (!caller.equals(site)) {
            throw new UnderstudyException(
                    ErrorCode.WRONG_SITE,
                    "cannot do this for site \"" + caller + "\": this agent is one of site \"" + site + "\"",
                    "give each site's agents addresses of their own in replica.listen");
        }
    }

    /** Streams progress and one last message, or the failure. */
    private static final class Calls {
        static <T> void answer(StreamObserver<T> answer, Function<StepProgress, T> wrap, Function<Progress, T> work) {
            Progress listener = (step, done, total) -> {
                synchronized (answer) {
                    if (!((ServerCallStreamObserver<T>) answer).isCancelled()
                            && ((ServerCallStreamObserver<T>) answer).isReady()) {
                        answer.onNext(wrap.apply(Protos.progress(step, done, total)));
                    }
                }
            };
            try {
                T last = work.apply(listener);
                synchronized (answer) {
                    answer.onNext(last);
                    answer.onCompleted();
                }
            } catch (RuntimeException e) {
                synchronized (answer) {
                    answer.onError(RpcFailures.toStatus(e));
                }
            }
        }
    }
}
