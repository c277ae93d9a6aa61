package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.metrics.Metrics;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.LastUnchanged;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.schedule.Schedule;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.LastVerified;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.tasks.Services.Service;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DaemonTest {
    private static final SnapshotId FIRST = new SnapshotId(1, 1);
    private static final SnapshotId SECOND = new SnapshotId(1, 2);

    @TempDir
    Path folder;

    private PrimaryFixture primary;
    private Metrics metrics;
    private Followers followers;
    private DaemonStatus daemonStatus;
    private SnapshotQueue queue;
    private Daemon daemon;
    private Supplier<Repository> reach;

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        reach = () -> primary.repository;
        restart(List.of());
    }

    @AfterEach
    void stop() {
        queue.close();
    }

    @Test
    void takesTheFirstSnapshotAtOnceAndThenOneATick() {
        daemon.round();
        committed(FIRST);
        assertThat(primary.repository.read(FIRST).periods()).containsExactly("daily", "hourly");
        daemon.round();
        primary.time.advance(Duration.ofMinutes(59));
        daemon.round();
        assertThat(primary.repository.list()).containsExactly(FIRST);
        primary.time.advance(Duration.ofMinutes(1));
        daemon.round();
        committed(SECOND);
        assertThat(primary.repository.read(SECOND).periods()).containsExactly("hourly");
        assertThat(daemonStatus.next()).contains(Instant.parse("2026-11-20T14:00:00Z"));
    }

    @Test
    void catchesUpOnceAfterALongSleep() {
        daemon.round();
        committed(FIRST);
        primary.time.advance(Duration.ofHours(30));
        daemon.round();
        committed(SECOND);
        daemon.round();
        daemon.round();
        assertThat(primary.repository.list()).containsExactly(FIRST, SECOND);
        assertThat(primary.repository.read(SECOND).periods()).containsExactly("daily", "hourly");
    }

    @Test
    void afterARestartKnowsTheNewestSnapshotAndWhatIsOwed() {
        primary.taker(Events.none()).take(SnapshotRequest.of(List.of("manual")), Progress.none());
        queue.close();
        primary.time.advance(Duration.ofMinutes(10));
        restart(List.of());
        daemon.round();
        assertThat(primary.repository.list()).containsExactly(FIRST);
        assertThat(followers.newest().orElseThrow().getSnapshot()).isEqualTo("00000001-00000001");
        assertThat(followers.newest().orElseThrow().hasCommitted()).isFalse();
        double noon = Instant.parse("2026-11-20T12:00:00Z").getEpochSecond();
        assertThat(metric("snapshot_last_success_timestamp_seconds")).isEqualTo(noon);
        assertThat(metric("snapshot_attempts_total")).isZero();
        assertThat(metric("epoch")).isEqualTo(1);
        assertThat(metric("role_is_primary")).isEqualTo(1);

        queue.close();
        primary.time.advance(Duration.ofHours(3));
        restart(List.of());
        daemon.round();
        committed(SECOND);
    }

    @Test
    void aContinuousSnapshotIsNoTickOfTheSchedule() {
        SnapshotTaker before = primary.taker(Events.none());
        before.take(SnapshotRequest.of(List.of("hourly")), Progress.none());
        queue.close();
        primary.time.advance(Duration.ofMinutes(61));
        primary.database.rows("1\tother");
        assertThat(before.takeIfChanged(Progress.none()).taken()).isPresent();
        restart(List.of());
        daemon.round();
        SnapshotId third = new SnapshotId(1, 3);
        committed(third);
        assertThat(primary.repository.read(third).periods()).containsExactly("hourly");
    }

    @Test
    void idlesInBackupModeAndTakesOverWhenItIsPromoted() {
        primary.enterBackupMode();
        daemon.round();
        primary.time.advance(Duration.ofHours(2));
        daemon.round();
        assertThat(metric("role_is_primary")).isZero();
        assertThat(metric("marker_present")).isEqualTo(1);
        assertThat(metric("snapshot_attempts_total")).isZero();
        assertThat(daemonStatus.ready().ok()).isTrue();
        assertThat(daemonStatus.next()).isEmpty();

        primary.promoteAnother(2);
        primary.marker.remove();
        primary.time.advance(Duration.ofSeconds(1));
        daemon.round();
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.FENCED);
        assertThat(daemonStatus.ready().ok()).isFalse();
        assertThat(daemonStatus.ready().text()).contains("epoch 2 was claimed by b");
        assertThat(metric("snapshot_attempts_total")).isZero();

        EpochClaim third =
                new EpochClaim(Optional.of(primary.repository.id()), 3, "a", primary.time.now(), "promote", "n");
        primary.repository.epochs().claim(third, primary.key);
        primary.epochs.hold(third);
        primary.time.advance(Duration.ofSeconds(1));
        daemon.round();
        primary.time.advance(Settling.TIME);
        daemon.round();
        committed(new SnapshotId(3, 1));
        assertThat(metric("role_is_primary")).isEqualTo(1);
        assertThat(metric("epoch")).isEqualTo(3);
    }

    /** Standbys wait for it: none of the epochs before is imported any more. */
    @Test
    void takesTheFirstSnapshotOfItsEpochWithoutWaitingForATickWhenItsSiteHadTimeToRestart() {
        daemon.round();
        committed(FIRST);
        primary.enterBackupMode();
        daemon.round();
        primary.time.advance(Duration.ofMinutes(1));
        promoteThis(2);
        daemon.round();
        primary.time.advance(Settling.TIME.minusMillis(1));
        daemon.round();
        assertThat(primary.repository.list()).as("its site is being restarted").containsExactly(FIRST);
        assertThat(queue.step()).isEmpty();
        primary.time.advance(Duration.ofMillis(1));
        daemon.round();
        committed(new SnapshotId(2, 2));
        primary.time.advance(Duration.ofMinutes(1));
        daemon.round();
        daemon.round();
        assertThat(primary.repository.list()).containsExactly(FIRST, new SnapshotId(2, 2));
    }

    @Test
    void takesItAtOnceAlsoWhenTheAgentWasStartedAfterThePromotionAndWithoutASchedule() {
        daemon.round();
        committed(FIRST);
        queue.close();
        promoteThis(2);
        restart(List.of(), Map.of());
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DATABASE_UNREACHABLE, "cannot connect", "start it");
        });
        daemon.round();
        await().until(() -> metric("snapshot_failures_total{stage=\"database\"") == 1);
        await().until(() -> queue.step().isEmpty());
        daemon.round();
        primary.database.during(() -> {});
        primary.time.advance(Duration.ofMinutes(1));
        daemon.round();
        committed(new SnapshotId(2, 2));
        assertThat(primary.repository.read(new SnapshotId(2, 2)).periods()).containsExactly("promotion");
    }

    /** One of the epoch before says nothing of this one, but that it has none: nothing in it has to be read. */
    @Test
    void takesItAtOnceAlsoWhereTheNewestManifestIsDamaged() {
        daemon.round();
        committed(FIRST);
        queue.close();
        promoteThis(2);
        primary.filestore.put("manifests/00000001-00000001.json", Content.of(new byte[] {'{'}));
        restart(List.of(), Map.of());

        daemon.round();

        committed(new SnapshotId(2, 2));
    }

    private void promoteThis(int epoch) {
        EpochClaim held =
                new EpochClaim(Optional.of(primary.repository.id()), epoch, "a", primary.time.now(), "promote", "n");
        primary.repository.epochs().claim(held, primary.key);
        primary.epochs.hold(held);
        primary.marker.remove();
    }

    @Test
    void aRefusalInBackupModeIsForgottenByItsPromotion() throws Exception {
        primary.enterBackupMode();
        daemon.round();
        assertThatThrownBy(() -> queue.submit(SnapshotRequest.of(List.of("manual")), Progress.none())
                        .get())
                .hasMessageContaining("backup mode");
        daemon.round();
        primary.marker.remove();
        primary.taker(Events.none()).take(SnapshotRequest.of(List.of("manual")), Progress.none());
        primary.time.advance(Duration.ofSeconds(1));
        daemon.round();
        assertThat(daemonStatus.ready().ok()).isTrue();
    }

    @Test
    void noticesWithinHalfAMinuteThatItIsFenced() {
        daemon.round();
        committed(FIRST);
        primary.promoteAnother(2);
        primary.time.advance(Duration.ofSeconds(30));
        daemon.round();
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.FENCED);
        assertThat(metric("role_is_primary")).isZero();
    }

    /** The refusal says it half a minute before the next look at the repository would. */
    @Test
    void aRefusedCommitIsASignOfIt() throws Exception {
        daemon.round();
        committed(FIRST);
        primary.promoteAnother(2);
        daemon.round();
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.PRIMARY);
        assertThatThrownBy(() -> queue.submit(SnapshotRequest.of(List.of("manual")), Progress.none())
                        .get())
                .hasMessageContaining("epoch 2 was claimed by b");
        daemon.round();
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.FENCED);
    }

    @Test
    void aRefusedContinuousSnapshotIsToo() throws Exception {
        daemon.round();
        committed(FIRST);
        primary.promoteAnother(2);
        primary.database.rows("1\tother");
        assertThatThrownBy(() -> queue.submitLook().get()).hasMessageContaining("epoch 2 was claimed by b");
        daemon.round();
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.FENCED);
    }

    @Test
    void aServerWithoutAnEpochIdles() {
        primary.epochs.hold(new EpochClaim(
                Optional.of(UUID.randomUUID()), 1, "a", primary.time.now(), "of another repository", "n"));
        daemon.round();
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.NO_EPOCH);
        assertThat(daemonStatus.lastError().orElseThrow().code()).isEqualTo(ErrorCode.FENCED);
        assertThat(metric("snapshot_attempts_total")).isZero();
    }

    @Test
    void triesAFailedSnapshotAgainWithAPause() {
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DATABASE_UNREACHABLE, "cannot connect", "start it");
        });
        daemon.round();
        await().until(() -> metric("snapshot_failures_total{stage=\"database\"") == 1);
        await().until(() -> queue.step().isEmpty());
        daemon.round();
        assertThat(daemonStatus.ready().ok()).isFalse();
        assertThat(daemonStatus.lastError().orElseThrow().getMessage()).isEqualTo("cannot connect");
        primary.database.during(() -> {});
        daemon.round();
        assertThat(metric("snapshot_attempts_total")).isEqualTo(1);
        primary.time.advance(Duration.ofMinutes(1));
        daemon.round();
        committed(FIRST);
        daemon.round();
        assertThat(daemonStatus.ready().ok()).isTrue();
    }

    @Test
    void startsWhileTheFilestoreIsAwayAndLearnsLater() {
        primary.filestore.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        daemon.round();
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.UNKNOWN);
        assertThat(daemonStatus.ready().ok()).isFalse();
        assertThat(daemonStatus.health().ok()).isTrue();
        primary.time.advance(Duration.ofHours(1));
        daemon.round();
        await().until(() -> metric("snapshot_failures_total{stage=\"prepare\"") == 1);
        primary.filestore.inject(Faults.none());
        primary.time.advance(Duration.ofHours(1));
        await().until(() -> {
            daemon.round();
            return !primary.repository.list().isEmpty();
        });
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.PRIMARY);
    }

    @Test
    void keepsItsRoleWhileTheFilestoreIsAwayForAWhile() {
        daemon.round();
        committed(FIRST);
        primary.filestore.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        primary.time.advance(Duration.ofSeconds(40));
        daemon.round();
        assertThat(daemonStatus.roleStatus().role()).isEqualTo(Role.PRIMARY);
    }

    @Test
    void tellsWhenTheMainLoopStandsStill() {
        daemon.round();
        assertThat(daemonStatus.health().ok()).isTrue();
        primary.time.advance(Duration.ofMinutes(6));
        assertThat(daemonStatus.health().ok()).isFalse();
    }

    @Test
    void runsItsServicesUntilItIsClosedAndCancelsWhatRuns() throws Exception {
        AtomicBoolean serving = new AtomicBoolean();
        restart(List.of(
                () -> {
                    serving.set(true);
                    return () -> serving.set(false);
                },
                () -> queue));
        CountDownLatch inside = new CountDownLatch(1);
        primary.database.during(() -> {
            inside.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "again", e);
            }
        });
        Thread loop = new Thread(daemon::run);
        loop.start();
        inside.await();
        await().untilTrue(serving);
        daemon.close();
        loop.join();
        assertThat(serving).isFalse();
        assertThat(primary.repository.list()).isEmpty();
        assertThat(metric("snapshot_failures_total{stage=\"database\"")).isEqualTo(1);
        assertThatThrownBy(() -> queue.submit(SnapshotRequest.of(List.of("manual")), Progress.none()))
                .hasMessageContaining("stopping");
    }

    @Test
    void survivesADefectOfOneTurnAndShowsOneThatStays() {
        reach = () -> {
            throw new IllegalStateException("a defect");
        };
        for (int turn = 0; turn < 12; turn++) {
            primary.time.advance(Duration.ofSeconds(31));
            daemon.guardedRound();
        }
        assertThat(daemonStatus.health().ok()).isFalse();
        reach = () -> primary.repository;
        primary.time.advance(Duration.ofSeconds(31));
        daemon.guardedRound();
        assertThat(daemonStatus.health().ok()).isTrue();
    }

    @Test
    void closesWhatWasStartedWhenALaterServiceCannotStart() {
        AtomicBoolean serving = new AtomicBoolean();
        restart(List.of(
                () -> {
                    serving.set(true);
                    return () -> serving.set(false);
                },
                () -> {
                    throw new UnderstudyException(ErrorCode.CONFIG_INVALID, "cannot listen", "another port");
                }));
        assertThatThrownBy(daemon::run).hasMessage("cannot listen");
        assertThat(serving).isFalse();
        assertThat(metric("snapshot_attempts_total")).isZero();
        assertThat(primary.repository.list()).isEmpty();
        daemon.close();
    }

    private void restart(List<Service> services) {
        restart(services, Map.of("hourly", "0 * * * *", "daily", "0 3 * * *"));
    }

    private void restart(List<Service> services, Map<String, String> periods) {
        metrics = new Metrics("example", "primary", "0.1.0");
        followers = new Followers(primary.time.clock());
        daemonStatus = new DaemonStatus(primary.time.clock());
        PrimaryMetrics told = new PrimaryMetrics(metrics, folder);
        Announcer announcer = new Announcer("example", "a", () -> primary.repository, followers);
        RoleWatch roles = new RoleWatch(primary.marker, primary.epochs, this::reachable, primary.time);
        Events events = new Events(primary.time.clock(), announcer, told, daemonStatus, roles);
        queue = new SnapshotQueue(primary.taker(events));
        Schedule schedule = new Schedule(periods, ZoneOffset.UTC);
        Planner planner = new Planner(schedule, queue, primary.time.now(), new Random(1));
        daemon = new Daemon(
                roles,
                planner,
                new Continuous(
                        Optional.empty(), queue, planner, events, new Random(1), primary.time.clock(), primary.time),
                new CatchUp(
                        this::reachable,
                        announcer,
                        planner,
                        new LastUnchanged(primary.state),
                        daemonStatus::unchanged,
                        events,
                        primary.time.clock(),
                        primary.time),
                new TrackingWatch(Optional.empty(), true, Optional::empty, events, told, primary.time),
                new LoopReport(
                        new RepositoryWatch(this::reachable, primary.time.clock(), primary.time, (id, snapshot) -> {}),
                        daemonStatus,
                        told,
                        new LastVerified(primary.state),
                        OtherPrimaryFixture.of(primary, metrics, followers, announcer, events)),
                services,
                events,
                primary.time.clock(),
                primary.time);
    }

    private Repository reachable() {
        return reach.get();
    }

    private void committed(SnapshotId snapshot) {
        await().until(() ->
                primary.repository.list().contains(snapshot) && queue.step().isEmpty());
    }

    private double metric(String name) {
        String wanted = name.contains("{") ? name.substring(name.indexOf('{') + 1) : "";
        String base = "understudy_" + (name.contains("{") ? name.substring(0, name.indexOf('{')) : name) + "{";
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(base) && line.contains(wanted))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }
}
