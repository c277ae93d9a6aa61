package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Metrics;
import io.understudy.primary.announce.FollowedReports;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.LastSequence;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.fence.Fencing;
import io.understudy.primary.fence.Lease;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.primary.fence.TakingOver;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.primary.testing.StoppableSite;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.state.StateEntry;
import io.understudy.twoprimaries.Sign;
import io.understudy.twoprimaries.Sign.Source;
import io.understudy.twoprimaries.TwoPrimaries;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherPrimaryTest {
    private static final Duration LEASE = Duration.ofMinutes(15);

    @TempDir
    private Path folder;

    private final List<Event> events = new ArrayList<>();
    private final List<Announcement> announced = new ArrayList<>();
    private PrimaryFixture primary;
    private Followers followers;
    private FollowedReports reports;
    private TwoPrimaries two;
    private RoleWatch roles;
    private RepositoryWatch repository;
    private OtherPrimary other;
    private Lease lease;

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        followers = new Followers(primary.time.clock());
        reports = new FollowedReports(followers, announced::add);
        Events all = new Events(primary.time.clock(), (event, at) -> events.add(event));
        two = new TwoPrimaries(all, new Metrics("example", "primary", "0.1.0"), primary.time.clock());
        roles = new RoleWatch(primary.marker, primary.epochs, () -> primary.repository, primary.time);
        repository =
                new RepositoryWatch(() -> primary.repository, primary.time.clock(), primary.time, (id, snapshot) -> {});
        other = OtherPrimaryFixture.of(
                primary,
                two,
                followers,
                new Announcer("example", "a", () -> primary.repository, followers),
                roles,
                all);
    }

    private void turn() {
        RoleStatus now = roles.look();
        other.turn(now, repository.look(now));
    }

    private static ReplicaReport report(String name, int epoch, String claim) {
        return ReplicaReport.newBuilder()
                .setName(name)
                .setSite("example")
                .setState("promoted")
                .setProduction(true)
                .setHeldEpoch(epoch)
                .setClaim(claim)
                .build();
    }

    private void snapshot(Path state, EpochStore epochs) {
        new SnapshotTaker(
                        state,
                        primary.marker,
                        epochs,
                        () -> primary.repository,
                        () -> primary.key,
                        primary.source(),
                        Events.none())
                .take(SnapshotRequest.of(List.of("daily")), Progress.none());
    }

    @Test
    void aLonelyPrimaryShowsNothing() {
        turn();

        assertThat(two.signs()).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void aHigherEpochInTheStoreIsSeenAndFollowersLearnThatThisServerMayServe() {
        turn();
        primary.promoteAnother(2);
        primary.time.advance(Duration.ofSeconds(31));
        turn();

        assertThat(two.signs()).extracting(Sign::source).containsExactly(Source.STORE);
        assertThat(two.signs().get(0).text()).contains("epoch 2");
        assertThat(announced).last().satisfies(each -> {
            assertThat(each.getRole()).isEqualTo("fenced");
            assertThat(each.getServer()).isEqualTo("a");
        });
    }

    /** The host of an old primary boots, cut off from the filestore: its site is production, and is stopped. */
    @Test
    void aHigherEpochThatWasSeenBeforeStillFencesAfterARestartWhileNoFilestoreAnswers() {
        turn();
        primary.promoteAnother(2);
        primary.time.advance(Duration.ofSeconds(31));
        turn();
        StoppableSite site = new StoppableSite(primary.state, primary.time);
        roles = new RoleWatch(
                primary.marker,
                primary.epochs,
                () -> {
                    throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot connect", "wait");
                },
                primary.time);
        RoleStatus now = roles.look();
        assertThat(now.role()).isEqualTo(Role.FENCED);
        assertThat(now.highest()).isEqualTo(2);
        assertThat(now.lastError().orElseThrow()).hasMessageContainingAll("epoch 2", "cannot connect");

        new Fencing(site.stopping(Runnable::run), Optional.empty()).look(roles.fencing(now, () -> false));
        assertThat(site.stops).isOne();
    }

    /** As the replica's agent notes it. */
    private static void promoted(Path state, int epoch, boolean taken) throws IOException {
        Files.createDirectories(state);
        Files.writeString(
                StateEntry.REPLICA.in(state),
                "{\"state\":{\"kind\":\"promoted\",\"epoch\":" + epoch + ",\"claimed\":false,\"taken\":" + taken
                        + "}}");
    }

    private StoppableSite serving(Path state, EpochStore epochs) {
        StoppableSite site = new StoppableSite(state, primary.time);
        roles = RoleWatch.of(state, primary.marker, epochs, () -> primary.repository, primary.time);
        other = new OtherPrimary(
                two,
                new Fencing(site.stopping(Runnable::run), Optional.empty()),
                new Announcer("example", "c", () -> primary.repository, followers),
                followers,
                roles,
                epochs,
                new LastSequence(state),
                new TakingOver(state));
        return site;
    }

    private void turnLater() {
        primary.time.advance(Duration.ofSeconds(31));
        turn();
    }

    /** Promoted while its filestore was away, it has served; another server was promoted too, and came first. */
    @Test
    void aServerWhoseClaimCanNeverStandIsFencedAndReportedThoughItHoldsNoEpoch() throws IOException {
        Path state = folder.resolve("c");
        promoted(state, 2, false);
        StoppableSite site = serving(state, new EpochStore(state));
        primary.promoteAnother(2);
        turn();
        assertThat(roles.look().role()).isEqualTo(Role.NO_EPOCH);
        assertThat(two.signs()).isEmpty();
        assertThat(site.stops).isZero();

        promoted(state, 2, true);
        turnLater();
        turnLater();
        assertThat(roles.look().role()).isEqualTo(Role.FENCED);
        assertThat(roles.look().lastError().orElseThrow().hint()).contains("agent-replica rejoin");
        assertThat(two.signs()).extracting(Sign::source).containsExactly(Source.STORE);
        assertThat(site.stops).isOne();
        assertThat(site.said()).containsExactly("fenced_site_stopped");
    }

    /** That its site was stopped for the epoch that it held long ago says nothing of now. */
    @Test
    void itsSiteIsStoppedAgainThoughItWasForTheEpochThatItHeldBefore() throws IOException {
        StoppableSite site = serving(primary.state, primary.epochs);
        primary.promoteAnother(2);
        turn();
        assertThat(site.stops).isOne();

        promoted(primary.state, 3, false);
        turnLater();
        assertThat(site.stops).isOne();
        primary.promoteAnother(3);
        promoted(primary.state, 3, true);
        turnLater();
        turnLater();
        assertThat(site.stops).isEqualTo(2);
    }

    @Test
    void itStaysFencedAfterARestartWhileNoFilestoreAnswers() throws IOException {
        Path state = folder.resolve("c");
        promoted(state, 2, true);
        roles = RoleWatch.of(
                state,
                primary.marker,
                new EpochStore(state),
                () -> {
                    throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot connect", "wait");
                },
                primary.time);

        RoleStatus now = roles.look();
        assertThat(now.role()).isEqualTo(Role.FENCED);
        assertThat(roles.fencing(now, new TakingOver(state))).isEqualTo(new Fencing.Seen(true, false, false, 2));
    }

    @Test
    void withoutThatAFilestoreThatIsAwayFencesNothing() {
        roles = new RoleWatch(
                primary.marker,
                primary.epochs,
                () -> {
                    throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot connect", "wait");
                },
                primary.time);

        assertThat(roles.look().role()).isEqualTo(Role.UNKNOWN);
    }

    @Test
    void aFollowerInProductionIsSeenAndMakesTheStoreBeAskedAtOnce() {
        turn();
        primary.promoteAnother(2);
        turn();
        assertThat(roles.look().role()).isEqualTo(Role.PRIMARY);
        reports.report("b.example.net", report("b", 2, "theirs"));
        turn();
        assertThat(two.signs())
                .extracting(Sign::source, Sign::text)
                .containsExactly(tuple(Source.GRPC, "b reports that it is in production, with epoch 2"));
        turn();

        assertThat(two.signs()).extracting(Sign::source).containsExactly(Source.STORE, Source.GRPC);
    }

    @Test
    void theOtherAgentOfThisServerIsNoSecondPrimary() {
        String own = primary.epochs.held().orElseThrow().nonce();
        reports.report("a.example.net", report("a", 1, own));
        turn();

        assertThat(two.signs()).isEmpty();
    }

    @Test
    void aFollowerThatLeftShowsNothingAnyMore() {
        reports.report("b.example.net", report("b", 0, ""));
        turn();
        assertThat(two.signs()).hasSize(1);
        reports.leave();
        turn();

        assertThat(two.signs()).isEmpty();
        assertThat(events).extracting(Event::code).containsExactly("two_primaries", "one_primary");
    }

    @Test
    void aSnapshotOfThisEpochThatThisServerDidNotTakeIsSeen() {
        snapshot(primary.state, primary.epochs);
        turn();
        assertThat(two.signs()).isEmpty();
        // Another machine, made of a copy of this one's disk.
        EpochStore clone = new EpochStore(folder.resolve("clone"));
        clone.hold(primary.epochs.held().orElseThrow());
        snapshot(folder.resolve("clone"), clone);
        primary.time.advance(Duration.ofSeconds(31));
        turn();

        assertThat(two.signs()).extracting(Sign::source).containsExactly(Source.STORE);
        assertThat(two.signs().get(0).text()).contains("this server did not take it");
    }

    @Test
    void aStandbyShowsNothing() {
        turn();
        primary.promoteAnother(2);
        primary.time.advance(Duration.ofSeconds(31));
        turn();
        primary.enterBackupMode();
        turn();

        assertThat(two.signs()).isEmpty();
        assertThat(announced.get(announced.size() - 1).getRole()).isEmpty();
    }

    /** Without its own claim this agent would take the other agent of its server for another one. */
    @Test
    void aClaimThatCannotBeReadChangesNothing() throws IOException {
        reports.report("b.example.net", report("b", 0, ""));
        turn();
        assertThat(two.signs()).hasSize(1);
        RoleStatus now = roles.look();
        Files.writeString(StateEntry.EPOCH.in(primary.state), "damaged");
        reports.leave();
        other.turn(now, repository.look(now));

        assertThat(two.signs()).hasSize(1);
    }

    private OtherPrimary withLease(StoppableSite site, BooleanSupplier leaving) {
        SiteStopping stopping = site.stopping(Runnable::run);
        lease = new Lease(
                LEASE, epoch -> primary.repository.epochs().highest(epoch), stopping, site.events(), primary.time);
        roles = new RoleWatch(
                primary.marker,
                leaving,
                () -> false,
                Optional::empty,
                primary.epochs,
                () -> primary.repository,
                primary.time);
        return OtherPrimaryFixture.of(
                primary,
                two,
                followers,
                new Announcer("example", "a", () -> primary.repository, followers),
                roles,
                new Fencing(stopping, Optional.of(lease)));
    }

    /** It has its marker already, and its site may run for some steps more. */
    @Test
    void aServerThatIsHandedOverKeepsItsLeaseUntilItHasLeft() {
        StoppableSite site = new StoppableSite(primary.state, primary.time);
        AtomicBoolean leaving = new AtomicBoolean(true);
        other = withLease(site, leaving::get);
        primary.enterBackupMode();
        turn();
        primary.time.advance(LEASE);
        lease.count();
        assertThat(site.stops).isOne();

        leaving.set(false);
        turn();
        primary.time.advance(LEASE);
        lease.count();
        assertThat(site.stops).isOne();
    }

    /** Its loop goes on: a standby with a damaged note is a standby. */
    @Test
    void aNoteOfASwitchoverThatCannotBeReadLeavesAStandbyOne() {
        other = withLease(new StoppableSite(primary.state, primary.time), () -> {
            throw new UnderstudyException(ErrorCode.STATE_DAMAGED, "cannot read switchover.json", "look at it");
        });
        primary.enterBackupMode();
        turn();

        assertThat(roles.look().role()).isEqualTo(Role.REPLICA);
        primary.marker.remove();
        turn();
        assertThat(roles.look().role()).isEqualTo(Role.UNKNOWN);
    }
}
