package io.understudy.primary.announce;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.understudy.audit.AuditLog;
import io.understudy.cli.Json;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.state.StateEntry;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import io.understudy.testing.FakeTicker;
import io.understudy.transport.Peer;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.SwitchoverCall;
import io.understudy.v1.SwitchoverNews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskedSwitchoversTest {
    private static final Peer B = new Peer("b.example.net", "192.0.2.7", true);
    private static final Peer C = new Peer("c.example.net", "192.0.2.8", true);

    @TempDir
    private Path state;

    private final FakeTicker time = new FakeTicker();
    private final Followers followers = new Followers(time.clock());
    private final List<SwitchoverRequest> asked = new ArrayList<>();
    private final List<SwitchoverNews> news = new ArrayList<>();
    private Optional<Throwable> failure = Optional.empty();
    private boolean completed;
    private List<String> listed = List.of("B.example.net");
    private Optional<UnderstudyException> obstacle = Optional.empty();

    @BeforeEach
    void bothFollow() {
        follow("b", B);
        follow("c", C);
    }

    @Test
    void aListedStandbyGetsTheSiteAndSeesEachStepOnce() throws IOException {
        answer(B, call("b", "begin"));

        assertThat(asked).containsExactly(new SwitchoverRequest("b", Duration.ofSeconds(300), What.BEGIN));
        assertThat(news)
                .filteredOn(SwitchoverNews::hasProgress)
                .extracting(each -> each.getProgress().getStep())
                .containsExactly("the primary has taken the request", "stop the site", "wait for the standby");
        assertThat(Json.read(news.get(news.size() - 1).getResult(), SwitchoverView.class)
                        .outcome())
                .isEqualTo(SwitchoverView.HANDED_OVER);
        assertThat(completed).isTrue();
        assertThat(audit()).contains("\"who\":\"b.example.net\"", "\"what\":\"switchover\"", "asked", "done");
    }

    /** A certificate that may follow stops no site. */
    @Test
    void aStandbyThatIsNotListedIsRefused() throws IOException {
        answer(C, call("c", "begin"));

        assertRefused(ErrorCode.PEER_REFUSED, "primary.switchover_by does not list c.example.net");
        assertThat(audit()).contains("refused: peer_refused", "192.0.2.8");

        listed = List.of();
        answer(B, call("b", "plan"));
        assertRefused(ErrorCode.PEER_REFUSED, "does not list b.example.net");
    }

    @Test
    void withoutACertificateNobodyAsks() {
        listed = List.of(Peer.LOOPBACK);
        answer(new Peer(Peer.LOOPBACK, "127.0.0.1", false), call("b", "begin"));

        assertRefused(ErrorCode.PEER_REFUSED, "without tls");
    }

    @Test
    void aStandbyAsksForItselfAlone() {
        answer(B, call("c", "begin"));
        assertRefused(ErrorCode.AGENT_UNREACHABLE, "b.example.net does not follow as c");
        answer(B, call("c", "cancel"));
        assertRefused(ErrorCode.AGENT_UNREACHABLE, "does not follow as c");
    }

    /** It may have taken the site over already, and is no follower then. */
    @Test
    void aServerThatNoLongerFollowsSeesTheEnd() {
        answer(B, call("b", "watch"));
        answer(B, call("b-before", "watch"));

        assertThat(asked).extracting(SwitchoverRequest::what).containsExactly(What.WATCH, What.WATCH);
    }

    @Test
    void whatIsNoRequestIsRefused() {
        answer(B, call("b", "begin").toBuilder().setSite("other").build());
        assertRefused(ErrorCode.WRONG_SITE, "another site");
        answer(B, call("b", "promote"));
        assertRefused(ErrorCode.USAGE, "kind of request");
        answer(B, call("b", "begin").toBuilder().setLimitSeconds(9).build());
        assertRefused(ErrorCode.USAGE, "from 10 to 3600 s");
    }

    /** The caller's program ends with the code, message and hint of the primary's. */
    @Test
    void whatStandsInTheWayReachesTheCallerAsItIs() {
        obstacle = Optional.of(new UnderstudyException(ErrorCode.CONFIG_INVALID, "no stop command", "set it"));
        answer(B, call("b", "begin"));

        UnderstudyException there = RpcFailures.fromStatus("cannot ask", failure.orElseThrow());
        assertThat(there.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(there).hasMessage("no stop command");
        assertThat(there.hint()).isEqualTo("set it");
    }

    private void assertRefused(ErrorCode code, String why) {
        UnderstudyException refusal = RpcFailures.fromStatus("cannot ask", failure.orElseThrow());
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal).hasMessageContaining(why);
        assertThat(refusal.hint()).isNotBlank();
        if (code == ErrorCode.PEER_REFUSED) {
            // Who is refused learns both ways: the setting that is missing, and the one that needs none.
            assertThat(refusal.getMessage() + refusal.hint())
                    .containsPattern("run agent-primary switchover [bc] on the primary")
                    .contains("primary.switchover_by");
        }
        assertThat(asked).isEmpty();
        failure = Optional.empty();
    }

    private String audit() throws IOException {
        return Files.readString(StateEntry.AUDIT.in(state));
    }

    private void follow(String name, Peer peer) {
        FollowedReports reports = new FollowedReports(followers, announcement -> {});
        reports.report(
                peer.name(),
                ReplicaReport.newBuilder().setName(name).setState("following").build());
    }

    private static SwitchoverCall call(String standby, String what) {
        return SwitchoverCall.newBuilder()
                .setSite("example")
                .setStandby(standby)
                .setLimitSeconds(300)
                .setWhat(what)
                .build();
    }

    private void answer(Peer peer, SwitchoverCall call) {
        AuditLog audit = new AuditLog(state, "agent-primary", time.clock(), time, Events.none());
        new AskedSwitchovers("example", listed, followers, audit, (request, progress) -> {
                    obstacle.ifPresent(why -> {
                        throw why;
                    });
                    asked.add(request);
                    progress.report("stop the site", 0, -1);
                    progress.report("stop the site", 0, -1);
                    progress.report("wait for the standby", 0, -1);
                    return SwitchoverView.of("b", SwitchoverView.HANDED_OVER, Optional.empty(), Optional.empty());
                })
                .answer(peer, call, new StreamObserver<>() {
                    @Override
                    public void onNext(SwitchoverNews next) {
                        news.add(next);
                    }

                    @Override
                    public void onError(Throwable why) {
                        failure = Optional.of(why);
                    }

                    @Override
                    public void onCompleted() {
                        completed = true;
                    }
                });
    }
}
