package io.understudy.primary.announce;

import io.grpc.stub.StreamObserver;
import io.understudy.audit.AuditLog;
import io.understudy.audit.Caller;
import io.understudy.cli.Json;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import io.understudy.transport.Peer;
import io.understudy.transport.PlainText;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.StepProgress;
import io.understudy.v1.SwitchoverCall;
import io.understudy.v1.SwitchoverNews;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Takes the request of a standby to hand the site over to it. A certificate that may follow is not enough: the
 * administrator of this server lists who may ask ({@code primary.switchover_by}), and each may ask for itself alone.
 * What changes something, and who was refused, is in the audit file. Thread-safe.
 */
public final class AskedSwitchovers {
    private static final String WHAT = "switchover";

    private final String site;
    private final List<String> listed;
    private final Followers followers;
    private final AuditLog audit;
    private final HandOver handOver;

    /** Does it, as if it were asked on this server. */
    @FunctionalInterface
    public interface HandOver {
        /** @throws UnderstudyException what stands in the way; nothing has changed then */
        SwitchoverView run(SwitchoverRequest request, Progress progress);
    }

    /** @param listed names in the certificates of those that may ask */
    public AskedSwitchovers(String site, List<String> listed, Followers followers, AuditLog audit, HandOver handOver) {
        this.site = site;
        this.listed = List.copyOf(listed);
        this.followers = followers;
        this.audit = audit;
        this.handOver = handOver;
    }

    /** Returns when the call has ended; where the caller leaves before, what was begun goes on. */
    void answer(Peer peer, SwitchoverCall call, StreamObserver<SwitchoverNews> news) {
        Caller caller = new Caller(peer.name(), peer.address());
        try {
            SwitchoverRequest request = permitted(peer, caller, call);
            Steps steps = new Steps(news);
            steps.report("the primary has taken the request", 0, -1);
            SwitchoverView view = audited(caller, request, steps);
            news.onNext(SwitchoverNews.newBuilder().setResult(Json.line(view)).build());
            news.onCompleted();
        } catch (RuntimeException e) {
            news.onError(RpcFailures.toStatus(e));
        }
    }

    /** What only looks leaves no line: it may be asked each second. */
    private SwitchoverView audited(Caller caller, SwitchoverRequest request, Progress steps) {
        boolean looks = request.what() == What.PLAN || request.what() == What.WATCH;
        return looks
                ? handOver.run(request, steps)
                : audit.around(caller, WHAT, Json.line(request), () -> handOver.run(request, steps));
    }

    private SwitchoverRequest permitted(Peer peer, Caller caller, SwitchoverCall call) {
        try {
            return permitted(peer, call);
        } catch (UnderstudyException e) {
            audit.refused(caller, WHAT, e.code().label());
            throw e;
        }
    }

    private SwitchoverRequest permitted(Peer peer, SwitchoverCall call) {
        String otherWay = "run agent-primary switchover " + PlainText.of(call.getStandby()) + " on the primary";
        if (!peer.known()) {
            throw refusal(
                    ErrorCode.PEER_REFUSED,
                    "without tls it does not know which server asks",
                    otherWay + ", or configure tls on both servers, and primary.switchover_by there");
        }
        if (!peer.isOneOf(listed)) {
            throw refusal(
                    ErrorCode.PEER_REFUSED,
                    "its primary.switchover_by does not list " + peer.name(),
                    otherWay + ", or add that name to primary.switchover_by there, and restart its agent");
        }
        if (!call.getSite().equals(site)) {
            throw refusal(ErrorCode.WRONG_SITE, "this is the primary of another site", "correct replica.primaries");
        }
        SwitchoverRequest request =
                new SwitchoverRequest(call.getStandby(), Duration.ofSeconds(call.getLimitSeconds()), what(call));
        if (!request.hasLimit()) {
            throw refusal(ErrorCode.USAGE, "the limit must be from 10 to 3600 s", "give another --limit");
        }
        boolean own = followers.all().stream()
                .anyMatch(each -> each.peer().equals(peer.name())
                        && each.report().getName().equals(request.standby()));
        if (!own && request.what() != What.WATCH) {
            throw refusal(
                    ErrorCode.AGENT_UNREACHABLE,
                    peer.name() + " does not follow as " + PlainText.of(request.standby()),
                    "start agent-replica run on the standby, and try again when agent-primary status lists it");
        }
        return request;
    }

    private static What what(SwitchoverCall call) {
        return Arrays.stream(What.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(call.getWhat()))
                .findFirst()
                .orElseThrow(() -> refusal(
                        ErrorCode.USAGE,
                        "it does not know this kind of request",
                        "use the same version of Understudy on both servers"));
    }

    private static UnderstudyException refusal(ErrorCode code, String why, String hint) {
        return new UnderstudyException(code, "the primary does not hand the site over: " + why, hint);
    }

    /** Each step is sent once: the same one is reported four times a second. */
    private static final class Steps implements Progress {
        private final StreamObserver<SwitchoverNews> news;
        private String sent = "";

        private Steps(StreamObserver<SwitchoverNews> news) {
            this.news = news;
        }

        @Override
        public synchronized void report(String step, long doneBytes, long totalBytes) {
            if (!step.equals(sent)) {
                sent = step;
                news.onNext(SwitchoverNews.newBuilder()
                        .setProgress(StepProgress.newBuilder()
                                .setStep(step)
                                .setDoneBytes(doneBytes)
                                .setTotalBytes(totalBytes))
                        .build());
            }
        }
    }
}
