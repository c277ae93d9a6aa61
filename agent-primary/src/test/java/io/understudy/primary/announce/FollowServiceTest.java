package io.understudy.primary.announce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.testing.FakeTicker;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FollowServiceTest {
    private final FakeTicker time = new FakeTicker();
    private final Followers followers = new Followers(time.clock());
    private final FollowService service = new FollowService("example", followers, Events.none());
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        String name = UUID.randomUUID().toString();
        server =
                InProcessServerBuilder.forName(name).addService(service).build().start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
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

    private static Announcement announcement(int number) {
        return Announcement.newBuilder().setSite("example").setEpoch(number).build();
    }

    private final class Replica implements ClientResponseObserver<ReplicaReport, Announcement> {
        private final List<Integer> received = new CopyOnWriteArrayList<>();
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
