package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.StreamObserver;
import io.understudy.admin.AdminClient;
import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.config.HostPort;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Monitoring;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands.RestoreRequest;
import io.understudy.replica.app.ReplicaCommands.SyncRequest;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import io.understudy.transport.RefusedPeers;
import io.understudy.transport.RpcServer;
import io.understudy.transport.Transport;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole daemon on fakes, asked over a real socket. */
@Timeout(120)
class ReplicaAgentTest {
    @TempDir
    Path folder;

    private final World world = World.standby();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ReplicaAgent agent;
    private AdminClient daemon;

    private ReplicaWiring wiring(HostPort... primaries) {
        return world.wiring(AgentSettings.in(folder, List.of(primaries)));
    }

    private void start(HostPort... primaries) {
        agent = wiring(primaries).daemon(new Monitoring("site", "replica", "test", "memory"));
        agent.start();
        daemon = client("site");
    }

    @AfterEach
    void stop() throws Exception {
        if (agent != null) {
            agent.close();
        }
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private void awaitLive(String content) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> world.content().equals(content)
                        && world.store.record().live().isPresent());
    }

    @Test
    void importsWithoutBeingAsked() {
        world.source.commit(1, 1);
        start();

        awaitLive("00000001-00000001");
    }

    /**
     * Its half-loaded database has the name that the undone one gets: the way back would be barred permanently, with
     * the site stopped.
     */
    @Test
    void rollsBackThoughAnImportWasKilledWhileItLoaded() {
        world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        world.source.commit(1, 3);
        world.points.dieBefore("load");
        assertThatThrownBy(world::sync).isInstanceOf(Crash.class);
        world.points.live();
        assertThat(world.databases.content(FakeDatabases.SPARE)).isEqualTo("partial");

        wiring().replica(Events.none()).rollback();

        assertThat(world.content()).isEqualTo("00000001-00000001");
        world.assertWhole();
    }

    @Test
    void importsAtOnceWhatAPrimaryAnnouncesAndTellsItsState() {
        List<ReplicaReport> reports = new CopyOnWriteArrayList<>();
        CompletableFuture<StreamObserver<Announcement>> follower = new CompletableFuture<>();
        RpcServer primary = new Transport(Optional.empty())
                .server(
                        new HostPort("127.0.0.1", 0),
                        new ReplicationGrpc.ReplicationImplBase() {
                            @Override
                            public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answer) {
                                follower.complete(answer);
                                return collecting(reports);
                            }
                        },
                        List.of(),
                        new RefusedPeers(Optional.empty(), Events.none(), Ticker.system(), Clock.systemUTC()))
                .start();
        open.add(primary);
        start(new HostPort("127.0.0.1", primary.port()));
        StreamObserver<Announcement> primarySays = follower.join();
        world.source.commit(1, 1);

        primarySays.onNext(Announcement.newBuilder()
                .setSite("site")
                .setSnapshot("00000001-00000001")
                .build());

        awaitLive("00000001-00000001");
        Awaitility.await()
                .untilAsserted(() -> assertThat(reports)
                        .extracting(ReplicaReport::getApplied)
                        .contains("00000001-00000001"));
        StatusView status = status();
        assertThat(status.primaries().get(0).connected()).isTrue();
        assertThat(status.filestore().readable()).isTrue();
        assertThat(status.filestore().name())
                .as("as the configuration and status without a daemon have it")
                .isEqualTo(AgentSettings.in(folder, List.of()).filestore().url().toString());
        assertThat(status.applied()).contains(FakeSource.id(1, 1));
    }

    /** As many as a hostile primary can send: one round at a time waits, and what is no snapshot wakes none. */
    @Test
    void aFloodOfAnnouncementsCostsNothing() {
        CompletableFuture<StreamObserver<Announcement>> follower = new CompletableFuture<>();
        RpcServer primary = new Transport(Optional.empty())
                .server(
                        new HostPort("127.0.0.1", 0),
                        new ReplicationGrpc.ReplicationImplBase() {
                            @Override
                            public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answer) {
                                follower.complete(answer);
                                return collecting(new ArrayList<>());
                            }
                        },
                        List.of(),
                        new RefusedPeers(Optional.empty(), Events.none(), Ticker.system(), Clock.systemUTC()))
                .start();
        open.add(primary);
        start(new HostPort("127.0.0.1", primary.port()));
        StreamObserver<Announcement> primarySays = follower.join();
        for (int i = 1; i <= 3000; i++) {
            for (String text : List.of("00000001-%08d".formatted(i), "\u001b[2J" + i, "99999999-x", "1-1")) {
                primarySays.onNext(Announcement.newBuilder()
                        .setSite("site")
                        .setServer("\u001b[2J".repeat(50))
                        .setSnapshot(text)
                        .build());
            }
        }
        world.source.commit(1, 1);
        primarySays.onNext(Announcement.newBuilder()
                .setSite("site")
                .setSnapshot("00000001-00000001")
                .build());

        awaitLive("00000001-00000001");
        assertThat(status().primaries().get(0).announced().orElseThrow()).doesNotContain("\u001b");
    }

    @Test
    void doesWhatTheCommandsAsk() {
        // The daemon's own first round is over: it would import what is committed now before the command does.
        world.source.commit(1, 1);
        start();
        awaitLive("00000001-00000001");
        sync(Progress.none());
        world.source.commit(1, 2);
        List<String> steps = new CopyOnWriteArrayList<>();

        Synced first = sync((step, done, total) -> steps.add(step));
        world.source.commit(1, 3);
        sync(Progress.none());
        Synced back = daemon.call(ReplicaCommands.ROLLBACK, new Nothing(), Progress.none());
        Synced nothing = sync(Progress.none());
        Synced named = daemon.call(ReplicaCommands.RESTORE, new RestoreRequest(FakeSource.id(1, 3)), Progress.none());

        assertThat(first.applied()).contains(FakeSource.id(1, 2));
        assertThat(first.fetchedBytes()).isEqualTo(1000);
        // Of steps that end faster than they are sent, the newest arrives.
        assertThat(steps).endsWith("prove");
        assertThat(back.applied()).contains(FakeSource.id(1, 2));
        assertThat(nothing.applied()).isEmpty();
        assertThat(named.applied()).contains(FakeSource.id(1, 3));
    }

    @Test
    void failuresArriveWithTheirCode() {
        start();

        assertThatThrownBy(() -> daemon.call(ReplicaCommands.ROLLBACK, new Nothing(), Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NOTHING_TO_ROLL_BACK));
    }

    @Test
    void promotesWhileAnImportIsUnderWay() throws Exception {
        world.source.commit(1, 1);
        start();
        awaitLive("00000001-00000001");
        CountDownLatch loading = loadForEver();
        world.source.commit(1, 2);
        CompletableFuture<Void> sync = CompletableFuture.runAsync(() -> sync(Progress.none()));
        loading.await();

        PromoteResult result = daemon.call(
                ReplicaCommands.PROMOTE, new Promotion.Request("a test", false, false, false), Progress.none());

        assertThat(result.epoch()).isEqualTo(2);
        assertThat(result.healthy()).isTrue();
        assertThat(result.snapshot()).contains(FakeSource.id(1, 1));
        assertThat(world.marker.on()).isFalse();
        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThatThrownBy(sync::get).hasCauseInstanceOf(UnderstudyException.class);
    }

    @Test
    void aMarkerRemovedByHandStopsTheImportAndPromotes() throws Exception {
        world.source.commit(1, 1);
        start();
        awaitLive("00000001-00000001");
        CountDownLatch loading = loadForEver();
        world.source.commit(1, 2);
        CompletableFuture<Void> sync = CompletableFuture.runAsync(() -> sync(Progress.none()));
        loading.await();

        world.marker.removeByHand();

        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> world.store.state() instanceof Promoted promoted && promoted.claimed());
        assertThat(world.claims.held()).isEqualTo(2);
        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThatThrownBy(sync::get).hasCauseInstanceOf(UnderstudyException.class);
    }

    @Test
    void stoppingGivesUpAnImportThatHasNotReachedApply() throws Exception {
        CountDownLatch loading = loadForEver();
        world.source.commit(1, 1);
        start();
        loading.await();

        agent.close();

        assertThat(world.content()).isEqualTo("original");
        assertThat(world.store.record().lastError()).isEmpty();
    }

    @Test
    void aSecondDaemonIsRefused() {
        start();
        ReplicaAgent second = wiring().daemon(new Monitoring("site", "replica", "test", "memory"));

        assertThatThrownBy(second::start)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.LOCKED));
    }

    @Test
    void aCallerOfAnotherSiteIsRefused() {
        start();

        assertThatThrownBy(() -> client("other").call(ReplicaCommands.SYNC, new SyncRequest(false), Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.WRONG_SITE));
    }

    @Test
    void aDaemonThatDoesNotAnswerIsToldApart() {
        start();
        agent.close();

        assertThatThrownBy(this::status)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE));
    }

    private AdminClient client(String site) {
        return new AdminClient(
                site,
                StateEntry.REPLICA_SOCKET.in(AgentSettings.in(folder, List.of()).state()));
    }

    private Synced sync(Progress progress) {
        return daemon.call(ReplicaCommands.SYNC, new SyncRequest(false), progress);
    }

    private StatusView status() {
        return daemon.call(ReplicaCommands.STATUS, new Nothing(), Progress.none());
    }

    /** The next load ends only when it is interrupted. */
    private CountDownLatch loadForEver() {
        CountDownLatch loading = new CountDownLatch(1);
        world.databases.duringLoad(() -> {
            loading.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "again", e);
            }
        });
        return loading;
    }

    private static StreamObserver<ReplicaReport> collecting(List<ReplicaReport> reports) {
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
