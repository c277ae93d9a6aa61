package io.understudy.replica.command;

import io.grpc.ManagedChannel;
import io.understudy.config.Settings;
import io.understudy.progress.Progress;
import io.understudy.replica.app.PromoteResult;
import io.understudy.replica.app.Protos;
import io.understudy.replica.app.Synced;
import io.understudy.replica.promote.Promotion;
import io.understudy.repository.SnapshotId;
import io.understudy.transport.RpcFailures;
import io.understudy.transport.Transport;
import io.understudy.v1.PromoteReply;
import io.understudy.v1.PromoteRequest;
import io.understudy.v1.ReplicaAdminGrpc;
import io.understudy.v1.ReplicaAdminGrpc.ReplicaAdminBlockingStub;
import io.understudy.v1.ReplicaStatus;
import io.understudy.v1.ReplicaStatusRequest;
import io.understudy.v1.RestoreRequest;
import io.understudy.v1.RollbackRequest;
import io.understudy.v1.StepProgress;
import io.understudy.v1.SyncReply;
import io.understudy.v1.SyncRequest;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Work by the daemon of this host. */
public final class DaemonWork implements Work {
    private static final int STATUS_SECONDS = 5;

    private final Settings settings;
    private final Transport transport;

    public DaemonWork(Settings settings) {
        this.settings = settings;
        this.transport = new Transport(settings.tls());
    }

    @Override
    public Synced sync(boolean retryRejected, Progress progress) {
        SyncRequest request = SyncRequest.newBuilder()
                .setSite(settings.site())
                .setRetryRejected(retryRejected)
                .build();
        return asked(stub -> synced(stub.syncNow(request), progress));
    }

    @Override
    public Synced restore(SnapshotId snapshot, Progress progress) {
        RestoreRequest request = RestoreRequest.newBuilder()
                .setSite(settings.site())
                .setSnapshot(snapshot.toString())
                .build();
        return asked(stub -> synced(stub.restore(request), progress));
    }

    @Override
    public Synced rollback(Progress progress) {
        RollbackRequest request =
                RollbackRequest.newBuilder().setSite(settings.site()).build();
        return asked(stub -> synced(stub.rollback(request), progress));
    }

    @Override
    public PromoteResult promote(Promotion.Request wanted, Progress progress) {
        PromoteRequest request = PromoteRequest.newBuilder()
                .setSite(settings.site())
                .setReason(wanted.reason())
                .setUnfenced(wanted.unfenced())
                .setForce(wanted.force())
                .setRestart(wanted.restart())
                .build();
        return asked(stub -> {
            Iterator<PromoteReply> replies = stub.promote(request);
            PromoteReply reply = replies.next();
            while (reply.hasProgress()) {
                tell(reply.getProgress(), progress);
                reply = replies.next();
            }
            return Protos.promoted(reply.getDone());
        });
    }

    public ReplicaStatus status() {
        ReplicaStatusRequest request =
                ReplicaStatusRequest.newBuilder().setSite(settings.site()).build();
        return asked(
                stub -> stub.withDeadlineAfter(STATUS_SECONDS, TimeUnit.SECONDS).status(request));
    }

    private static Synced synced(Iterator<SyncReply> replies, Progress progress) {
        SyncReply reply = replies.next();
        while (reply.hasProgress()) {
            tell(reply.getProgress(), progress);
            reply = replies.next();
        }
        return Protos.synced(reply.getDone());
    }

    private static void tell(StepProgress now, Progress progress) {
        progress.report(now.getStep(), now.getDoneBytes(), now.getTotalBytes());
    }

    private <T> T asked(Function<ReplicaAdminBlockingStub, T> call) {
        ManagedChannel channel = transport.local(settings.replica().listen());
        try {
            return call.apply(ReplicaAdminGrpc.newBlockingStub(channel));
        } catch (RuntimeException e) {
            throw RpcFailures.fromStatus(
                    "cannot ask the agent at " + settings.replica().listen(), e);
        } finally {
            channel.shutdownNow();
        }
    }
}
