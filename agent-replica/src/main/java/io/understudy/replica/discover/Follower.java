package io.understudy.replica.discover;

import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.util.Optional;
import java.util.function.Consumer;

/** One call of Follow to one primary. */
final class Follower implements ClientResponseObserver<ReplicaReport, Announcement>, AutoCloseable {
    private final ManagedChannel channel;
    private final Consumer<Announcement> onAnnouncement;
    private final Runnable changed;
    private ClientCallStreamObserver<ReplicaReport> call;
    private boolean ended;
    private Optional<Throwable> failure = Optional.empty();

    /** @param changed called when the call has ended, from a thread of gRPC */
    Follower(ManagedChannel channel, Consumer<Announcement> onAnnouncement, Runnable changed) {
        this.channel = channel;
        this.onAnnouncement = onAnnouncement;
        this.changed = changed;
    }

    void start(ReplicaReport first) {
        ReplicationGrpc.newStub(channel).follow(this);
        send(first);
    }

    /**
     * Sends the report, unless the call has ended or its buffer is full: a later report says all that this one would.
     */
    synchronized void send(ReplicaReport report) {
        if (!ended) {
            call.onNext(report);
        }
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Why the call ended; empty when the primary ended it without a reason. */
    synchronized Optional<Throwable> failure() {
        return failure;
    }

    @Override
    public synchronized void beforeStart(ClientCallStreamObserver<ReplicaReport> call) {
        this.call = call;
    }

    @Override
    public void onNext(Announcement announcement) {
        onAnnouncement.accept(announcement);
    }

    @Override
    public void onError(Throwable why) {
        end(Optional.of(why));
    }

    @Override
    public void onCompleted() {
        end(Optional.empty());
    }

    private void end(Optional<Throwable> why) {
        synchronized (this) {
            ended = true;
            failure = why;
        }
        changed.run();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (!ended && call != null) {
                ended = true;
                call.cancel("this replica stops following", null);
            }
        }
        channel.shutdownNow();
    }
}
