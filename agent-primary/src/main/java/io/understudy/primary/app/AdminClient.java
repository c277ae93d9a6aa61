package io.understudy.primary.app;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.progress.Progress;
import io.understudy.transport.RpcFailures;
import io.understudy.transport.Transport;
import io.understudy.v1.PrimaryAdminGrpc;
import io.understudy.v1.PrimaryAdminGrpc.PrimaryAdminBlockingStub;
import io.understudy.v1.PrimaryStatus;
import io.understudy.v1.PrimaryStatusRequest;
import io.understudy.v1.SnapshotTaken;
import io.understudy.v1.StepProgress;
import io.understudy.v1.TakeSnapshotReply;
import io.understudy.v1.TakeSnapshotRequest;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What a command asks of the daemon of this host. Failures arrive as the daemon threw them. */
public final class AdminClient {
    private static final int STATUS_SECONDS = 20;

    private final String site;
    private final HostPort listen;
    private final Transport transport;

    /** @param listen where the daemon was told to listen */
    AdminClient(String site, HostPort listen, Transport transport) {
        this.site = site;
        this.listen = listen;
        this.transport = transport;
    }

    /** Whether anything listens there: the daemon runs, then. */
    public boolean daemonRuns() {
        return transport.listening(listen);
    }

    /** @throws UnderstudyException {@code AGENT_UNREACHABLE}, and what the daemon threw */
    public SnapshotTaken take(SnapshotRequest asked, Progress progress) {
        TakeSnapshotRequest request = TakeSnapshotRequest.newBuilder()
                .setSite(site)
                .addAllPeriods(asked.periods())
                .addAllAcceptEmpty(asked.acceptEmpty())
                .build();
        return ask(stub -> {
            Iterator<TakeSnapshotReply> replies = stub.takeSnapshot(request);
            while (replies.hasNext()) {
                TakeSnapshotReply reply = replies.next();
                if (reply.hasTaken()) {
                    return reply.getTaken();
                }
                StepProgress step = reply.getProgress();
                progress.report(step.getStep(), step.getDoneBytes(), step.getTotalBytes());
            }
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "cannot tell how the snapshot ended: the agent at " + listen + " said nothing more",
                    "see agent-primary list");
        });
    }

    /** @throws UnderstudyException as {@link #take} */
    public PrimaryStatus status() {
        PrimaryStatusRequest request =
                PrimaryStatusRequest.newBuilder().setSite(site).build();
        return ask(
                stub -> stub.withDeadlineAfter(STATUS_SECONDS, TimeUnit.SECONDS).status(request));
    }

    private <T> T ask(Function<PrimaryAdminBlockingStub, T> call) {
        ManagedChannel channel = transport.local(listen);
        try {
            return call.apply(PrimaryAdminGrpc.newBlockingStub(channel));
        } catch (StatusRuntimeException e) {
            throw RpcFailures.fromStatus("cannot ask the agent at " + listen, e);
        } finally {
            channel.shutdownNow();
        }
    }
}
