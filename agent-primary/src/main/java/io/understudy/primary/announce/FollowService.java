package io.understudy.primary.announce;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import io.understudy.transport.Peer;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import io.understudy.v1.SwitchoverCall;
import io.understudy.v1.SwitchoverNews;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC side of {@link Followers}. A follower that does not read gets the newest announcement when it does, never a
 * queue of them. A peer has few calls at a time, the newest ones, and calls and reports at a limited rate.
 *
 * <p>Without TLS a caller may be anyone on this host: it receives the name of the newest snapshot, which says when to
 * look into the filestore, and what it reports is not kept.
 */
public final class FollowService extends ReplicationGrpc.ReplicationImplBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FollowService.class);
    private static final int MOST_OF_ONE_PEER = 8;

    private final String site;
    private final Followers followers;
    private final FollowerLog log;
    private final AskedSwitchovers switchovers;
    private final ReportRate rate;
    private final List<Line> lines = new ArrayList<>();
    private volatile boolean stopping;

    /** @param switchovers receives what standbys ask for */
    public FollowService(
            String site, Followers followers, FollowerLog log, AskedSwitchovers switchovers, Ticker ticker) {
        this.site = site;
        this.followers = followers;
        this.log = log;
        this.switchovers = switchovers;
        this.rate = new ReportRate(ticker);
    }

    @Override
    public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answers) {
        Line line = new Line(Peer.current(), (ServerCallStreamObserver<Announcement>) answers);
        line.open();
        return line;
    }

    @Override
    public void switchover(SwitchoverCall call, StreamObserver<SwitchoverNews> news) {
        Peer peer = Peer.current();
        // A caller who has left is no reason to throw in the middle of a switchover.
        ((ServerCallStreamObserver<SwitchoverNews>) news).setOnCancelHandler(() -> LOG.debug("{} has left", peer));
        if (rate.allows(peer)) {
            switchovers.answer(peer, call, news);
        } else {
            news.onError(RpcFailures.toStatus(new UnderstudyException(
                    ErrorCode.USAGE,
                    "the primary does not hand the site over: this server calls too often",
                    "try again in half a minute")));
        }
    }

    /** Ends all calls: the primary stops. */
    @Override
    public void close() {
        stopping = true;
        lines().forEach(Line::stop);
    }

    private List<Line> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** @return those that have to give way to it: a peer that was cut off leaves calls that end much later */
    private List<Line> admit(Line line) {
        synchronized (lines) {
            lines.add(line);
            List<Line> own = lines.stream()
                    .filter(each -> each.peer.name().equals(line.peer.name()))
                    .toList();
            return own.subList(0, Math.max(0, own.size() - MOST_OF_ONE_PEER));
        }
    }

    /** One connected replica. */
    private final class Line implements StreamObserver<ReplicaReport> {
        private final Peer peer;
        private final ServerCallStreamObserver<Announcement> answers;
        private Announcement waiting;
        private boolean closed;

        private Line(Peer peer, ServerCallStreamObserver<Announcement> answers) {
            this.peer = peer;
            this.answers = answers;
        }

        private void open() {
            answers.setOnReadyHandler(this::flush);
            answers.setOnCancelHandler(this::leave);
            if (!rate.allows(peer)) {
                refuse(ErrorCode.USAGE, "it calls too often", "run one agent-replica for each state folder");
                return;
            }
            admit(this)
                    .forEach(oldest -> oldest.refuse(
                            ErrorCode.LOCKED,
                            "this peer has " + MOST_OF_ONE_PEER + " newer calls",
                            "run one agent-replica for each state folder"));
            followers.connect(this, this::send);
            if (stopping) {
                stop();
            }
            if (isClosed()) {
                // A newer call took its place before it was connected.
                leave();
            }
        }

        private synchronized boolean isClosed() {
            return closed;
        }

        private void stop() {
            refuse(ErrorCode.AGENT_UNREACHABLE, "its agent is stopping", "try again later");
        }

        private synchronized void send(Announcement announcement) {
            waiting = peer.known() ? announcement : hint(announcement);
            flush();
        }

        /** What a process that may be anyone's learns. */
        private static Announcement hint(Announcement announcement) {
            return Announcement.newBuilder()
                    .setSite(announcement.getSite())
                    .setSnapshot(announcement.getSnapshot())
                    .build();
        }

        private synchronized void flush() {
            if (!closed && waiting != null && answers.isReady()) {
                answers.onNext(waiting);
                waiting = null;
            }
        }

        @Override
        public void onNext(ReplicaReport report) {
            if (!rate.allows(peer)) {
                refuse(ErrorCode.USAGE, "it reports too often", "use the same version of Understudy on both servers");
            } else if (!report.getSite().equals(site)) {
                refuse(ErrorCode.WRONG_SITE, "this is the primary of another site", "correct replica.primaries");
            } else if (report.getName().isBlank()) {
                refuse(ErrorCode.USAGE, "the report names no replica", "set replica.name");
            } else if (peer.known()) {
                keep(ReportText.plain(report));
            }
        }

        private void keep(ReplicaReport report) {
            if (followers.report(this, peer.name(), report)) {
                log.follows(peer, report);
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
            synchronized (lines) {
                lines.remove(this);
            }
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
    }
}
