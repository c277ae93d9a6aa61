package io.understudy.primary.announce;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC side of {@link Followers}. A follower that does not read gets the newest announcement when it does, never a
 * queue of them.
 */
public final class FollowService extends ReplicationGrpc.ReplicationImplBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FollowService.class);

    private final String site;
    private final Followers followers;
    private final Events events;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    public FollowService(String site, Followers followers, Events events) {
        this.site = site;
        this.followers = followers;
        this.events = events;
    }

    @Override
    public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answers) {
        Line line = new Line((ServerCallStreamObserver<Announcement>) answers);
        line.open();
        return line;
    }

    /** Ends all calls: the primary stops. */
    @Override
    public void close() {
        stopping = true;
        lines.forEach(Line::stop);
    }

    /** One connected replica. */
    private final class Line implements StreamObserver<ReplicaReport> {
        private final ServerCallStreamObserver<Announcement> answers;
        private Announcement waiting;
        private boolean closed;

        private Line(ServerCallStreamObserver<Announcement> answers) {
            this.answers = answers;
        }

        private void open() {
            answers.setOnReadyHandler(this::flush);
            answers.setOnCancelHandler(this::leave);
            lines.add(this);
            followers.connect(this, this::send);
            if (stopping) {
                stop();
            }
        }

        private void stop() {
            leave();
            end(new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "cannot follow the primary: its agent is stopping",
                    "try again later"));
        }

        private synchronized void send(Announcement announcement) {
            waiting = announcement;
            flush();
        }

        private synchronized void flush() {
            if (!closed && waiting != null && answers.isReady()) {
                answers.onNext(waiting);
                waiting = null;
            }
        }

        @Override
        public void onNext(ReplicaReport report) {
            if (!report.getSite().equals(site)) {
                refuse(
                        ErrorCode.WRONG_SITE,
                        "this is the primary of site \"" + site + "\"",
                        "correct replica.primaries");
            } else if (report.getName().isBlank()) {
                refuse(ErrorCode.USAGE, "the report names no replica", "set replica.name");
            } else if (followers.report(this, report)) {
                events.report(new PrimaryEvent.ReplicaFollows(report.getName(), applied(report)));
            }
        }

        @Override
        public void onError(Throwable failure) {
            LOG.debug("a replica left", failure);
            leave();
        }

        @Override
        public void onCompleted() {
            leave();
            end(null);
        }

        private void refuse(ErrorCode code, String why, String hint) {
            leave();
            end(new UnderstudyException(code, "cannot follow the primary: " + why, hint));
        }

        private void leave() {
            lines.remove(this);
            followers.disconnect(this);
        }

        private synchronized void end(UnderstudyException why) {
            if (closed) {
                return;
            }
            closed = true;
            if (answers.isCancelled()) {
                LOG.debug("the replica has disconnected already");
            } else if (why == null) {
                answers.onCompleted();
            } else {
                answers.onError(RpcFailures.toStatus(why));
            }
        }

        private static String applied(ReplicaReport report) {
            return report.getApplied().isEmpty() ? "no snapshot yet" : report.getApplied();
        }
    }
}
