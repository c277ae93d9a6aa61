package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.admin.AdminClient;
import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.admin.AdminServer;
import io.understudy.admin.AdminService;
import io.understudy.audit.AuditLog;
import io.understudy.events.Events;
import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import io.understudy.transport.RefusedPeers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AdminServiceTest {
    @TempDir
    Path folder;

    private PrimaryFixture primary;
    private SnapshotQueue queue;
    private AdminServer server;
    private AdminClient client;
    private Path socket;

    @BeforeEach
    void start() {
        primary = new PrimaryFixture(folder);
        DaemonStatus daemonStatus = new DaemonStatus(primary.time.clock());
        queue = new SnapshotQueue(primary.taker(new Events(primary.time.clock(), daemonStatus)));
        Followers followers = new Followers(primary.time.clock());
        RefusedPeers refused =
                new RefusedPeers(Optional.empty(), Events.none(), new FakeTicker(), primary.time.clock(), List.of());
        StatusReport status = new StatusReport("example", "a", "memory:", "0.1.0");
        FakeTicker ticker = new FakeTicker();
        Path state = folder.resolve("admin");
        AuditLog audit = new AuditLog(state, "agent-primary", ticker.clock(), ticker, Events.none());
        AdminService service = new AdminService(
                "example",
                PrimaryHandlers.of(
                        queue,
                        Events.none(),
                        audit,
                        () -> status.ofDaemon(
                                daemonStatus, queue, followers.all(), refused, Optional.empty(), Optional.empty())),
                ticker);
        socket = StateEntry.PRIMARY_SOCKET.in(state);
        server = new AdminServer(socket, service, audit, Events.none(), ticker).start();
        client = new AdminClient("example", socket);
    }

    @AfterEach
    void stop() {
        queue.close();
        server.close();
    }

    @Test
    void takesASnapshotAndTellsHowFarItIs() {
        List<String> steps = new ArrayList<>();
        SnapshotView taken = take(client, List.of("hourly", "daily"), (step, done, total) -> steps.add(step));
        assertThat(taken.snapshot()).isEqualTo("00000001-00000001");
        assertThat(taken.database().rows()).isEqualTo(1);
        assertThat(taken.uploadedBlobs()).isEqualTo(7);
        // A caller that is slower than the steps is told the latest of them alone.
        assertThat(steps).containsAnyOf("database", "media");
        assertThat(primary.repository
                        .read(primary.repository.newest().orElseThrow())
                        .periods())
                .containsExactly("hourly", "daily");
    }

    @Test
    void refusesAnEmptiedTreeUntilTheCallerAcceptsIt() throws IOException {
        take(client, List.of(), Progress.none());
        Files.delete(primary.media.resolve("a.txt"));
        assertThatThrownBy(() -> take(client, List.of(), Progress.none()))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CONTENT_GONE);
                    assertThat(e.hint()).contains("--accept-empty media");
                });
        client.call(PrimaryCommands.SNAPSHOT, new SnapshotRequest(List.of(), Set.of("media")), Progress.none());
    }

    @Test
    void whoAsksNoPeriodGetsAManualOne() {
        take(client, List.of(), Progress.none());
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

    /** It would be of an earlier moment, and use up the time that the last one has. */
    @Test
    void theLastOneOfTheServerTakesThePlaceOfWhatRuns() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        primary.database.during(() -> {
            inside.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw Cancellation.of("finish the snapshot", e);
            }
        });
        CompletableFuture<SnapshotView> other =
                CompletableFuture.supplyAsync(() -> take(client, List.of(), Progress.none()));
        inside.await();
        primary.database.during(() -> {});

        SnapshotView last = client.call(PrimaryCommands.SNAPSHOT, SnapshotRequest.last(true), Progress.none());

        assertThat(primary.repository.list()).hasSize(1);
        assertThat(primary.repository.read(SnapshotId.parse(last.snapshot())).last())
                .isEqualTo(new Manifest.Last(true));
        assertThatThrownBy(other::join)
                .cause()
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }

    @Test
    void twoCallersGetOneSnapshotEach() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        primary.database.during(() -> {
            inside.countDown();
            pass(go);
        });
        CompletableFuture<SnapshotView> first = take();
        inside.await();
        CompletableFuture<SnapshotView> second = take();
        assertThat(status(client).progress().orElseThrow().step()).isEqualTo("database");
        go.countDown();
        assertThat(List.of(first.get().snapshot(), second.get().snapshot()))
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
        Thread caller = new Thread(() -> assertThatThrownBy(() -> take(client, List.of(), Progress.none()))
                .isInstanceOf(UnderstudyException.class));
        caller.start();
        inside.await();
        caller.interrupt();
        cancelled.await();
        await().until(() -> queue.step().isEmpty());
        assertThat(primary.repository.list()).isEmpty();
        primary.database.during(() -> {});
        take(client, List.of(), Progress.none());
    }

    @Test
    void whoWaitsHearsThatTheAgentStops() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        primary.database.during(() -> {
            inside.countDown();
            pass(new CountDownLatch(1));
        });
        CompletableFuture<SnapshotView> running = take();
        inside.await();
        CompletableFuture<SnapshotView> waiting = take();
        queue.close();
        for (CompletableFuture<SnapshotView> one : List.of(running, waiting)) {
            assertThatThrownBy(one::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        }
    }

    @Test
    void refusesACallerOfAnotherSite() {
        AdminClient stranger = new AdminClient("other", socket);
        assertThatThrownBy(() -> take(stranger, List.of(), Progress.none())).hasMessageContaining("site \"example\"");
        assertThatThrownBy(() -> status(stranger))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WRONG_SITE));
        assertThat(primary.repository.list()).isEmpty();
    }

    @Test
    void tellsItsStatus() {
        StatusView status = status(client);
        assertThat(status.server()).isEqualTo("a");
        assertThat(status.role()).isEqualTo("unknown");
        assertThat(status.next()).isEmpty();
        primary.enterBackupMode();
        assertCode(ErrorCode.BACKUP_MODE);
        assertThat(status(client).lastError().orElseThrow().code()).isEqualTo("backup_mode");
    }

    @Test
    void saysThatNobodyIsThere() {
        assertThat(client.daemonRuns()).isTrue();
        server.close();
        assertThat(client.daemonRuns()).isFalse();
        assertCode(ErrorCode.AGENT_UNREACHABLE);
    }

    private static SnapshotView take(AdminClient client, List<String> periods, Progress progress) {
        return client.call(PrimaryCommands.SNAPSHOT, SnapshotRequest.of(periods), progress);
    }

    private static StatusView status(AdminClient client) {
        return client.call(PrimaryCommands.STATUS, new Nothing(), Progress.none());
    }

    private CompletableFuture<SnapshotView> take() {
        CompletableFuture<SnapshotView> result = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                result.complete(take(client, List.of(), Progress.none()));
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
        assertThatThrownBy(() -> take(client, List.of(), Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
