package io.understudy.replica.discover;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.understudy.config.HostPort;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.events.Severity;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Backoff;
import io.understudy.transport.RefusedPeers;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PrimaryLinkTest {
    private static final HostPort A = new HostPort("a", 1);
    private static final HostPort B = new HostPort("b", 2);

    private final String run = UUID.randomUUID().toString();
    private final List<Announcement> received = new CopyOnWriteArrayList<>();
    private final List<Server> servers = new ArrayList<>();
    private volatile String state = "seeding";
    private final FakeTicker ticker = new FakeTicker();
    private final List<Event> reported = new CopyOnWriteArrayList<>();
    private final RefusedPeers refused = new RefusedPeers(
            Optional.empty(), new Events(ticker.clock(), (event, at) -> reported.add(event)), ticker, ticker.clock());
    private PrimaryLink link;

    /** A primary that greets each follower. */
    private static final class Primary extends ReplicationGrpc.ReplicationImplBase {
        final List<ReplicaReport> reports = new CopyOnWriteArrayList<>();
        private final String greeting;
        private volatile StreamObserver<Announcement> follower;

        Primary(String greeting) {
            this.greeting = greeting;
        }

        @Override
        public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answer) {
            follower = answer;
            answer.onNext(Announcement.newBuilder().setSnapshot(greeting).build());
            return new StreamObserver<>() {
                @Override
                public void onNext(ReplicaReport report) {
                    reports.add(report);
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    private Primary serve(HostPort address, String greeting) throws IOException {
        Primary primary = new Primary(greeting);
        servers.add(InProcessServerBuilder.forName(run + address)
                .addService(primary)
                .build()
                .start());
        return primary;
    }

    private void follow(HostPort... primaries) {
        link = new PrimaryLink(
                List.of(primaries),
                this::channel,
                () -> ReplicaReport.newBuilder().setName("r").setState(state).build(),
                received::add,
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(2), new Random(1)),
                refused,
                Events.none(),
                Clock.systemUTC());
        link.start();
    }

    private ManagedChannel channel(HostPort address) {
        return InProcessChannelBuilder.forName(run + address).build();
    }

    @AfterEach
    void stop() {
        if (link != null) {
            link.close();
        }
        servers.forEach(Server::shutdownNow);
    }

    private void awaitReceived(String... snapshots) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(received)
                        .extracting(Announcement::getSnapshot)
                        .contains(snapshots));
    }

    @Test
    void reportsAtOnceAndHearsAnnouncements() throws IOException {
        Primary primary = serve(A, "one");
        follow(A);
        awaitReceived("one");

        primary.follower.onNext(Announcement.newBuilder().setSnapshot("two").build());

        awaitReceived("two");
        assertThat(primary.reports.get(0).getState()).isEqualTo("seeding");
        assertThat(link.seen()).singleElement().satisfies(seen -> {
            assertThat(seen.connected()).isTrue();
            assertThat(seen.lastSeen()).isPresent();
        });
    }

    @Test
    void reportsWhenItsStateChanges() throws IOException {
        Primary primary = serve(A, "one");
        follow(A);
        awaitReceived("one");

        state = "following";
        link.changed();

        Awaitility.await()
                .untilAsserted(() -> assertThat(primary.reports)
                        .extracting(ReplicaReport::getState)
                        .contains("following"));
    }

    @Test
    void triesThePrimariesInTurn() throws IOException {
        serve(B, "from b");
        follow(A, B);

        awaitReceived("from b");
        assertThat(link.seen()).extracting(PrimaryLink.Seen::connected).containsExactly(false, true);
    }

    @Test
    void followsAgainWhenThePrimaryComesBack() throws IOException {
        serve(A, "one");
        follow(A);
        awaitReceived("one");
        servers.get(0).shutdownNow();
        Awaitility.await().until(() -> !link.seen().get(0).connected());

        serve(A, "two");

        awaitReceived("two");
    }

    @Test
    void followsAgainWhenThePrimaryEndsTheCall() throws IOException {
        Primary primary = serve(A, "one");
        follow(A);
        awaitReceived("one");

        primary.follower.onCompleted();

        Awaitility.await().until(() -> received.size() == 2);
    }

    /** It goes on trying: a thousand attempts are one warning, and its reason stands in the status. */
    @Test
    void aPrimaryThatRefusesThisReplicaIsOneWarningWithItsReason() throws IOException {
        UnderstudyException why = new UnderstudyException(
                ErrorCode.PEER_REFUSED, "cannot follow the primary: \u001b[1mnot listed", "list it");
        servers.add(InProcessServerBuilder.forName(run + A)
                .addService(new ReplicationGrpc.ReplicationImplBase() {
                    @Override
                    public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answer) {
                        answer.onError(RpcFailures.toStatus(why));
                        return new Primary("none").follow(new Ignored());
                    }
                })
                .build()
                .start());
        follow(A);

        Awaitility.await().until(() -> reported.size() > 3);
        assertThat(reported)
                .filteredOn(event -> event.severity() == Severity.WARN)
                .singleElement()
                .satisfies(event -> assertThat(event.message())
                        .isEqualTo(
                                "the connection with " + A + " is refused: cannot follow the primary:  [1mnot listed"));
        assertThat(link.seen().get(0).error())
                .hasValueSatisfying(text -> assertThat(text).endsWith("not listed"));
        assertThat(link.seen().get(0).connected()).isFalse();
    }

    /** One that is down is no refusal. */
    @Test
    void aPrimaryThatIsAwayIsNoWarning() {
        follow(A);

        Awaitility.await().until(() -> link.seen().get(0).error().isPresent());
        assertThat(reported).isEmpty();
    }

    private static final class Ignored implements StreamObserver<Announcement> {
        @Override
        public void onNext(Announcement announcement) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    @Test
    void doesNothingWithoutPrimaries() {
        follow();

        assertThat(link.seen()).isEmpty();
    }
}
