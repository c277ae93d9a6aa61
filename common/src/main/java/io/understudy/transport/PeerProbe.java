package io.understudy.transport;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Calls another server as a standby does, and leaves at once: a handshake, and a look whether it lists this server. */
final class PeerProbe {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private PeerProbe() {}

    /**
     * @param channel closed afterwards
     * @throws UnderstudyException {@code PEER_REFUSED} when one side refuses the other, {@code AGENT_UNREACHABLE} when
     *     none answers
     */
    static void requireAccepted(HostPort target, ManagedChannel channel) {
        CompletableFuture<Boolean> end = new CompletableFuture<>();
        try {
            StreamObserver<ReplicaReport> reports = ReplicationGrpc.newStub(channel)
                    .withDeadlineAfter(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .follow(new StreamObserver<>() {
                        @Override
                        public void onNext(Announcement announcement) {
                            end.complete(true);
                        }

                        @Override
                        public void onError(Throwable failure) {
                            end.completeExceptionally(failure);
                        }

                        @Override
                        public void onCompleted() {
                            end.complete(true);
                        }
                    });
            reports.onCompleted();
            end.join();
        } catch (CompletionException e) {
            throw why(target, e.getCause());
        } finally {
            channel.shutdownNow();
        }
    }

    private static UnderstudyException why(HostPort target, Throwable failure) {
        String what = "cannot connect with the agent at " + target;
        return HandshakeReason.of(failure)
                .map(reason -> new UnderstudyException(
                        ErrorCode.PEER_REFUSED,
                        what + ": " + reason,
                        "both servers need certificates of one authority that are valid and for the names by which they call"
                                + " each other: run check on both",
                        failure))
                .orElseGet(() -> RpcFailures.fromStatus(what, failure));
    }
}
