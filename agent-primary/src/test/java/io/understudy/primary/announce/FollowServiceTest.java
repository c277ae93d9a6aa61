package io.understudy.primary.announce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.understudy.audit.AuditLog;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import io.understudy.transport.Peer;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import io.understudy.v1.SwitchoverCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FollowServiceTest {
    private final FakeTicker time = new FakeTicker();
    private final Followers followers = new Followers(time.clock());
    private final List<Event> reported = new CopyOnWriteArrayList<>();
    private final Events events = new Events(time.clock(), (event, at) -> reported.add(event));

    @TempDir
    private Path state;

    private final ExecutorService workers = Executors.newCachedThreadPool();
    private FollowService service;
    private Peer peer = new Peer("b.example.net", "192.0.2.7", true);
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        AuditLog audit = new AuditLog(state, "agent-primary", time.clock(), time, events);
        AskedSwitchovers switchovers =
                new AskedSwitchovers("example", List.of(), followers, audit, (request, progress) -> {
                    throw new AssertionError("no certificate is listed");
                });
        service = new FollowService("example", followers, new FollowerLog(audit, events, time), switchovers, time);
        String name = UUID.randomUUID().toString();
        server = InProcessServerBuilder.forName(name)
                .executor(workers)
                .addService(ServerInterceptors.intercept(service, new AsPeer()))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        server.shutdownNow().awaitTermination();
        // What was begun writes into the audit file until its end.
        workers.shutdown();
        assertThat(workers.awaitTermination(90, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void announcesAtConnectionAndAtEveryCommit() {
        followers.announce(announcement(1));
        Replica replica = new Replica("standby-1");
        await().until(() -> replica.received.equals(List.of(1)));
        followers.announce(announcement(2));
        await().until(() -> replica.received.equals(List.of(1, 2)));
    }

    @Test
    void tellsNothingBeforeThereIsSomething() {
        Replica replica = new Replica("standby-1");
        await().until(() -> followers.all().size() == 1);
        assertThat(replica.received).isEmpty();
        followers.announce(announcement(1));
        await().until(() -> replica.received.equals(List.of(1)));
    }

    @Test
    void keepsWhatReplicasReportBeyondTheirConnection() {
        Replica replica = new Replica("standby-1");
        replica.report("00000001-00000001");
        await().until(() -> followers.all().stream()
                .anyMatch(one -> one.report().getApplied().equals("00000001-00000001")));
        time.advance(Duration.ofMinutes(1));
        replica.calls.onCompleted();
        await().until(() -> !followers.all().get(0).connected());
        assertThat(followers.all().get(0).lastSeen()).isEqualTo(time.now().minusSeconds(60));
        assertThat(replica.completed).isTrue();
    }

    @Test
    void aReplicaThatConnectsAgainIsOneReplica() {
        Replica first = new Replica("standby-1");
        await().until(() -> followers.all().size() == 1);
        Replica second = new Replica("standby-1");
        new Replica("standby-2");
        await().until(() -> followers.all().size() == 2);
        first.calls.cancel("lost", null);
        followers.announce(announcement(3));
        await().until(() -> second.received.equals(List.of(3)));
        assertThat(followers.all()).allMatch(Follower::connected);
    }

    @Test
    void aFollowerThatDoesNotReadHoldsUpNobodyAndHearsTheNewest() {
        Replica slow = new Replica("slow", false);
        Replica quick = new Replica("quick");
        await().until(() -> followers.all().size() == 2);
        for (int i = 1; i <= 5000; i++) {
            followers.announce(announcement(i));
        }
        await().until(() -> quick.received.contains(5000));
        assertThat(slow.received).isEmpty();
        slow.calls.request(10_000);
        await().until(() -> slow.received.contains(5000));
        assertThat(slow.received).hasSizeLessThan(5000).isSorted();
    }

    @Test
    void refusesAReplicaOfAnotherSiteOrWithoutAName() {
        Replica stranger = new Replica("standby-1", "other", true);
        await().until(() -> stranger.failure != null);
        assertThat(RpcFailures.fromStatus("cannot follow", stranger.failure).code())
                .isEqualTo(ErrorCode.WRONG_SITE);
        Replica nameless = new Replica(" ");
        await().until(() -> nameless.failure != null);
        assertThat(followers.all()).isEmpty();
        followers.announce(announcement(1));
        assertThat(stranger.received).isEmpty();
    }

    @Test
    void endsItsCallsWhenItStops() {
        Replica replica = new Replica("standby-1");
        await().until(() -> followers.all().size() == 1);
        service.close();
        await().until(() -> replica.failure != null);
        assertThat(RpcFailures.fromStatus("cannot follow", replica.failure).code())
                .isEqualTo(ErrorCode.AGENT_UNREACHABLE);
        assertThat(followers.all()).noneMatch(Follower::connected);
        Replica late = new Replica("standby-2");
        await().until(() -> late.failure != null);
    }

    /** A report is shown on terminals. */
    @Test
    void aReportIsKeptWithoutControlCharactersAndInItsLength() {
        new Replica("a\u001b[2Jb\n\u202e" + "x".repeat(3000));
        await().until(() -> followers.all().size() == 1);

        assertThat(followers.all().get(0).report().getName())
                .startsWith("a [2Jb x")
                .hasSizeLessThan(110);
    }

    /** Names are the peer's own choice: neither many of them nor another's name change what is known of others. */
    @Test
    void aPeerHasFewNamesAndTakesNoneOfAnother() {
        new Replica("standby-1").report("00000001-00000001");
        await().until(() -> followers.all().size() == 1
                && !followers.all().get(0).report().getApplied().isEmpty());
        peer = new Peer("c.example.net", "192.0.2.8", true);
        new Replica("standby-1").report("00000001-00000009");
        for (int i = 0; i < 50; i++) {
            time.advance(Duration.ofSeconds(1));
            new Replica("forged-" + i);
        }
        await().until(() ->
                followers.all().stream().anyMatch(one -> one.report().getName().equals("forged-49")));

        assertThat(followers.all()).hasSizeLessThanOrEqualTo(5);
        assertThat(followers.all())
                .filteredOn(one -> one.peer().equals("b.example.net"))
                .singleElement()
                .satisfies(one -> assertThat(one.report().getApplied()).isEqualTo("00000001-00000001"));
    }

    @Test
    void aPeerHasFewCallsAtATimeTheNewestOnes() {
        List<Replica> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(new Replica("standby-1"));
        }
        // Which are the oldest the server says: the calls come to it side by side.
        await().until(() -> all.stream().filter(each -> each.failure != null).count() == 4);
        Replica newest = new Replica("standby-1");
        await().until(() -> all.stream().filter(each -> each.failure != null).count() == 5);
        followers.announce(announcement(7));
        await().until(() -> newest.received.equals(List.of(7)));
        assertThat(newest.failure).isNull();
    }

    @Test
    void aCallThatReportsTooOftenEnds() {
        Replica replica = new Replica("standby-1");
        for (int i = 0; i <= ReportRate.BURST; i++) {
            replica.report("00000001-00000001");
        }
        await().until(() -> replica.failure != null);
        assertThat(RpcFailures.fromStatus("cannot follow", replica.failure)).hasMessageContaining("too often");
    }

    @Test
    void onceASecondIsNotTooOften() {
        ReportRate rate = new ReportRate(time);
        for (int i = 0; i < 1000; i++) {
            time.advance(Duration.ofSeconds(1));
            assertThat(rate.allows(peer)).isTrue();
        }
    }

    /** Each connection would be a line in the log, each name in a report too. */
    @Test
    void aPeerThatCallsInALoopIsRefusedAndKeepsItsEarlierCall() {
        Replica first = new Replica("standby-1");
        soon().until(() -> followers.all().size() == 1);
        List<Replica> more = new ArrayList<>();
        for (int i = 0; i < ReportRate.BURST; i++) {
            time.advance(Duration.ofMillis(1));
            Replica next = new Replica("other-" + i);
            soon().until(() -> next.failure != null
                    || followers.all().stream()
                            .anyMatch(each -> each.report().getName().equals(next.name)));
            next.calls.cancel("again", null);
            soon().until(() -> followers.all().stream()
                    .noneMatch(each -> each.report().getName().equals(next.name) && each.connected()));
            more.add(next);
        }
        assertThat(more.get(more.size() - 1).failure).isNotNull();
        assertThat(RpcFailures.fromStatus("cannot follow", more.get(more.size() - 1).failure))
                .hasMessageContaining("it calls too often");
        assertThat(reported)
                .filteredOn(PrimaryEvent.ReplicaFollows.class::isInstance)
                .hasSizeLessThanOrEqualTo(ReportRate.BURST);

        followers.announce(announcement(1));
        soon().until(() -> first.received.equals(List.of(1)));
    }

    /** The call reaches the part that decides, as the peer that its certificate names; and not too often. */
    @Test
    void aRequestForASwitchoverIsDecidedByTheCertificate() {
        ReplicationGrpc.ReplicationBlockingStub stub = ReplicationGrpc.newBlockingStub(channel);
        SwitchoverCall call =
                SwitchoverCall.newBuilder().setSite("example").setStandby("b").build();
        for (int i = 0; i < ReportRate.BURST; i++) {
            assertThatThrownBy(() -> stub.switchover(call).hasNext())
                    .satisfies(e -> assertThat(RpcFailures.fromStatus("cannot ask", e))
                            .hasMessageContaining("primary.switchover_by does not list b.example.net"));
        }
        assertThatThrownBy(() -> stub.switchover(call).hasNext())
                .satisfies(e ->
                        assertThat(RpcFailures.fromStatus("cannot ask", e)).hasMessageContaining("calls too often"));
    }

    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    /** Without TLS a caller may be anyone on this host. */
    @Test
    void anUnknownCallerChangesNothingAndLearnsLittle() {
        peer = new Peer(Peer.LOOPBACK, "127.0.0.1", false);
        followers.announce(Announcement.newBuilder()
                .setSite("example")
                .setRepository("secret")
                .setServer("secret")
                .setEpoch(7)
                .setSnapshot("00000001-00000001")
                .setCommitted(Timestamp.newBuilder().setSeconds(1))
                .setMoment(Timestamp.newBuilder().setSeconds(1))
                .build());
        Replica replica = new Replica("forged");
        await().until(() -> !replica.announced.isEmpty());
        Replica stranger = new Replica("forged", "other", true);
        await().until(() -> stranger.failure != null);

        assertThat(replica.announced)
                .containsExactly(Announcement.newBuilder()
                        .setSite("example")
                        .setSnapshot("00000001-00000001")
                        .build());
        assertThat(followers.all()).isEmpty();
        assertThat(reported).isEmpty();
        assertThat(RpcFailures.fromStatus("cannot follow", stranger.failure).getMessage())
                .doesNotContain("\"example\"");
    }

    @Test
    void whoFollowsIsInTheLogAndOnceAnHourInTheAuditFile() throws IOException {
        new Replica("standby-1").calls.onCompleted();
        await().until(() ->
                !followers.all().isEmpty() && !followers.all().get(0).connected());
        new Replica("standby-1");
        await().until(() -> reported.stream()
                        .filter(PrimaryEvent.ReplicaFollows.class::isInstance)
                        .count()
                == 2);

        assertThat(reported.get(0).message())
                .isEqualTo("replica standby-1 follows (b.example.net at 192.0.2.7); it has no snapshot yet");
        assertThat(Files.readAllLines(StateEntry.AUDIT.in(state)))
                .singleElement()
                .asString()
                .contains("\"who\":\"b.example.net\"", "192.0.2.7", "\"what\":\"follow\"", "accepted");
    }

    /** What the server's guard does for a certificate. */
    private final class AsPeer implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            return Contexts.interceptCall(peer.inContext(), call, headers, next);
        }
    }

    private static Announcement announcement(int number) {
        return Announcement.newBuilder().setSite("example").setEpoch(number).build();
    }

    private final class Replica implements ClientResponseObserver<ReplicaReport, Announcement> {
        private final List<Integer> received = new CopyOnWriteArrayList<>();
        private final List<Announcement> announced = new CopyOnWriteArrayList<>();
        private final String name;
        private final String site;
        private final boolean reads;
        private ClientCallStreamObserver<ReplicaReport> calls;
        private volatile Throwable failure;
        private volatile boolean completed;

        Replica(String name) {
            this(name, true);
        }

        Replica(String name, boolean reads) {
            this(name, "example", reads);
        }

        Replica(String name, String site, boolean reads) {
            this.name = name;
            this.site = site;
            this.reads = reads;
            ReplicationGrpc.newStub(channel).follow(this);
            report("");
        }

        void report(String applied) {
            calls.onNext(ReplicaReport.newBuilder()
                    .setName(name)
                    .setSite(site)
                    .setApplied(applied)
                    .build());
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ReplicaReport> calls) {
            this.calls = calls;
            if (!reads) {
                calls.disableAutoRequestWithInitial(0);
            }
        }

        @Override
        public void onNext(Announcement announcement) {
            received.add(announcement.getEpoch());
            announced.add(announcement);
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }
    }
}
