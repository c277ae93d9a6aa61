package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.PrimaryEvents;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.testing.FakeTicker;
import io.understudy.transport.RpcServer;
import io.understudy.transport.Transport;
import io.understudy.v1.PrimaryStatus;
import io.understudy.v1.SnapshotTaken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AdminServiceTest {
    @TempDir
    Path folder;

    private final Transport transport = new Transport(Optional.empty());
    private PrimaryFixture primary;
    private SnapshotQueue desk;
    private RpcServer server;
    private AdminClient client;
    private HostPort listen;

    @BeforeEach
    void start() {
        primary = new PrimaryFixture(folder);
        DaemonStatus daemonStatus = new DaemonStatus(primary.time.clock());
        desk = new SnapshotQueue(primary.taker(PrimaryEvents.all(List.of(daemonStatus))));
        Followers followers = new Followers(primary.time.clock());
        StatusReport status = new StatusReport("example", "a", "0.1.0", daemonStatus, desk, followers);
        AdminService service = new AdminService("example", desk, status, new FakeTicker());
        server = transport
                .server(new HostPort("127.0.0.1", 0), List.of(), List.of(service))
                .start();
        listen = new HostPort("127.0.0.1", server.port());
        client = new AdminClient("example", listen, transport);
    }

    @AfterEach
    void stop() {
        desk.close();
        server.close();
    }

    @Test
    void takesASnapshotAndTellsHowFarItIs() {
        List<String> steps = new ArrayList<>();
        SnapshotTaken taken = client.take(List.of("hourly", "daily"), (step, done, total) -> steps.add(step));
        assertThat(taken.getSnapshot()).isEqualTo("00000001-00000001");
        assertThat(taken.getRows()).isEqualTo(1);
        assertThat(taken.getUploadedBlobs()).isEqualTo(4);
        assertThat(steps).contains("database");
        assertThat(primary.repository
                        .read(primary.repository.newest().orElseThrow())
                        .periods())
                .containsExactly("hourly", "daily");
    }

    @Test
    void whoAsksNoPeriodGetsAManualOne() {
        client.take(List.of(), Progress.none());
        assertThat(primary.repository
                        .read(primary.repository.newest().orElseThrow())
                        .periods())
                .containsExactly("manual");
    }

    @Test
    void failsAsTheDaemonFailed() {
        primary.enterBackupMode();
        assertCode(ErrorCode.BACKUP_MODE);
        primary.marker.remove();
        primary.database.during(() -> {
            throw new IllegalStateException("a defect");
        });
        assertCode(ErrorCode.INTERNAL);
    }

    @Test
    void twoCallersGetOneSnapshotEach() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        primary.database.during(() -> {
            inside.countDown();
            pass(go);
        });
        CompletableFuture<SnapshotTaken> first = take();
        inside.await();
        CompletableFuture<SnapshotTaken> second = take();
        assertThat(client.status().getProgress().getStep()).isEqualTo("database");
        go.countDown();
        assertThat(List.of(first.get().getSnapshot(), second.get().getSnapshot()))
                .containsExactly("00000001-00000001", "00000001-00000002");
    }

    @Test
    void whoLeavesCancelsTheSnapshot() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        primary.database.during(() -> {
            inside.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                cancelled.countDown();
                throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "again", e);
            }
        });
        Thread caller = new Thread(() -> assertThatThrownBy(() -> client.take(List.of(), Progress.none()))
                .isInstanceOf(UnderstudyException.class));
        caller.start();
        inside.await();
        caller.interrupt();
        cancelled.await();
        await().until(() -> desk.step().isEmpty());
        assertThat(primary.repository.list()).isEmpty();
        primary.database.during(() -> {});
        client.take(List.of(), Progress.none());
    }

    @Test
    void whoWaitsHearsThatTheAgentStops() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        primary.database.during(() -> {
            inside.countDown();
            pass(new CountDownLatch(1));
        });
        CompletableFuture<SnapshotTaken> running = take();
        inside.await();
        CompletableFuture<SnapshotTaken> waiting = take();
        desk.close();
        for (CompletableFuture<SnapshotTaken> one : List.of(running, waiting)) {
            assertThatThrownBy(one::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        }
    }

    @Test
    void refusesACallerOfAnotherSite() {
        AdminClient stranger = new AdminClient("other", listen, transport);
        assertThatThrownBy(() -> stranger.take(List.of(), Progress.none())).hasMessageContaining("site \"example\"");
        assertThatThrownBy(stranger::status)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WRONG_SITE));
        assertThat(primary.repository.list()).isEmpty();
    }

    @Test
    void tellsItsStatus() {
        PrimaryStatus status = client.status();
        assertThat(status.getServer()).isEqualTo("a");
        assertThat(status.getRole()).isEqualTo("unknown");
        assertThat(status.hasNext()).isFalse();
        primary.enterBackupMode();
        assertCode(ErrorCode.BACKUP_MODE);
        assertThat(client.status().getLastError().getCode()).isEqualTo("backup_mode");
    }

    @Test
    void saysThatNobodyIsThere() {
        assertThat(client.daemonRuns()).isTrue();
        server.close();
        assertThat(client.daemonRuns()).isFalse();
        assertCode(ErrorCode.AGENT_UNREACHABLE);
    }

    private CompletableFuture<SnapshotTaken> take() {
        CompletableFuture<SnapshotTaken> result = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                result.complete(client.take(List.of(), Progress.none()));
            } catch (UnderstudyException e) {
                result.completeExceptionally(e);
            }
        });
        caller.start();
        return result;
    }

    private static void pass(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "again", e);
        }
    }

    private void assertCode(ErrorCode code) {
        assertThatThrownBy(() -> client.take(List.of(), Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
