package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.notify.DataAge;
import io.understudy.notify.Signal;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.Stage;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrimaryNoticesTest {
    private static final SnapshotId ID = new SnapshotId(1, 42);

    private final FakeTicker time = new FakeTicker();
    private final DaemonStatus status = new DaemonStatus(time.clock());
    private final PrimaryNotices notices = new PrimaryNotices(status, Optional.of(Duration.ofHours(1)));

    private static UnderstudyException failure(ErrorCode code) {
        return new UnderstudyException(code, "cannot do it: no", "do something");
    }

    private static PrimaryEvent committed(Manifest manifest) {
        return new PrimaryEvent.SnapshotCommitted(manifest, Duration.ofSeconds(3), Instant.EPOCH, 7);
    }

    private List<String> of(Event event) {
        return notices.of(event).stream()
                .map(signal -> signal.occasion().label() + " " + signal.topic() + (signal.silent() ? " silent" : ""))
                .toList();
    }

    @Test
    void aSnapshotBeginsSucceedsAndFails() {
        assertThat(of(new PrimaryEvent.SnapshotBegan(List.of("hourly")))).containsExactly("start round");
        assertThat(of(committed(Manifests.sample(ID)))).containsExactly("recovery round", "success round");
        assertThat(of(new PrimaryEvent.SnapshotFailed(Stage.DATABASE, failure(ErrorCode.DATABASE_DENIED))))
                .containsExactly("failure round");

        Signal failed = notices.of(new PrimaryEvent.SnapshotFailed(Stage.DATABASE, failure(ErrorCode.DATABASE_DENIED)))
                .get(0);
        assertThat(failed.fact().code()).contains("database_denied");
        assertThat(failed.fact().hint()).contains("do something");
        assertThat(failed.lasting()).isTrue();
        assertThat(notices.of(committed(Manifests.sample(ID))).get(1).fact().snapshot())
                .contains(ID.toString());
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"CANCELLED", "BACKUP_MODE"})
    void aStopOfTheAgentAndAChangeOfTheRoleAreNoFailures(ErrorCode code) {
        assertThat(of(new PrimaryEvent.SnapshotFailed(Stage.PREPARE, failure(code))))
                .isEmpty();
        assertThat(of(new PrimaryEvent.ContinuousFailed(Stage.PREPARE, failure(code), false)))
                .isEmpty();
    }

    @Test
    void aSnapshotThatIsNotNeededIsAsGoodAsOne() {
        role(Role.PRIMARY);
        status.receive(committed(Manifests.sample(ID)), time.now());
        time.advance(Duration.ofDays(300));
        PrimaryEvent unneeded = new PrimaryEvent.SnapshotUnneeded(ID, List.of("hourly"));
        status.receive(unneeded, time.now());

        assertThat(of(unneeded)).containsExactly("recovery round", "success round");
        assertThat(notices.look().known().orElseThrow().moment()).contains(time.now());
    }

    @Test
    void continuousSnapshotsAreReportedWhereTheyFailAlone() {
        assertThat(of(committed(Manifests.continuous(Manifests.sample(ID), null))))
                .isEmpty();
        assertThat(of(new PrimaryEvent.ContinuousFailed(Stage.FILES, failure(ErrorCode.DISK_FULL), true)))
                .containsExactly("failure continuous");
        assertThat(of(looked())).containsExactly("recovery continuous");
        assertThat(of(looked())).isEmpty();
    }

    private static PrimaryEvent looked() {
        return new PrimaryEvent.ContinuousLooked(Duration.ZERO, Duration.ZERO, false);
    }

    /** What failed before a restart is known to the channels alone. */
    @Test
    void theFirstGoodLookAfterAStartIsARecovery() {
        assertThat(of(looked())).containsExactly("recovery continuous");
        assertThat(of(looked())).isEmpty();
        assertThat(of(new CommonEvent.FilestoreWorks(Optional.empty(), "near"))).containsExactly("recovery filestore");
        assertThat(of(new PrimaryEvent.FilestoreInStep("far"))).containsExactly("recovery copies in far");
    }

    @Test
    void whatElseFailsHasItsRecovery() {
        assertThat(of(new PrimaryEvent.PruningFailed(Optional.of("far"), failure(ErrorCode.FILESTORE_DENIED))))
                .containsExactly("failure pruning far");
        assertThat(of(new PrimaryEvent.PruningDone(Optional.of("far"), 1, 2, 3, 4)))
                .containsExactly("recovery pruning far");
        assertThat(of(new PrimaryEvent.FilestoreBehind("far", 3, Optional.empty())))
                .containsExactly("warning copies in far");
        assertThat(of(new PrimaryEvent.FilestoreCaughtUp("far"))).containsExactly("recovery copies in far");
        assertThat(of(new PrimaryEvent.RoleForbidsSnapshots(Optional.of(failure(ErrorCode.FENCED)))))
                .containsExactly("failure role");
        assertThat(of(new PrimaryEvent.RoleIsPrimary(2))).containsExactly("recovery role");
        assertThat(of(new CommonEvent.FilestoreLost(Optional.empty(), "gone"))).containsExactly("failure filestore");
        assertThat(of(new CommonEvent.FilestoreFound(Optional.empty(), "near"))).containsExactly("recovery filestore");
        assertThat(of(new PrimaryEvent.QuiesceStartFailed(failure(ErrorCode.COMMAND_FAILED))))
                .containsExactly("failure quiesce");
        assertThat(of(new PrimaryEvent.SiteWasQuiet(Duration.ofSeconds(2)))).containsExactly("recovery quiesce");
        assertThat(of(new PrimaryEvent.SiteResumed(Instant.EPOCH)))
                .containsExactly("warning site_resumed", "recovery quiesce");
        assertThat(of(new PrimaryEvent.SiteNotStarted(failure(ErrorCode.SITE_STOPPED))))
                .containsExactly("recovery quiesce silent", "warning site_not_started");
        assertThat(of(new PrimaryEvent.SiteNotStopped(failure(ErrorCode.SITE_STOPPED))))
                .containsExactly("warning site_not_stopped");
        assertThat(of(new PrimaryEvent.QuiesceLeftover(failure(ErrorCode.COMMAND_TIMEOUT))))
                .containsExactly("warning frozen trees");
        assertThat(of(new PrimaryEvent.QuiesceCleared())).containsExactly("recovery frozen trees");
    }

    /** What goes on in the others says nothing of it. */
    @Test
    void ofSeveralFilestoresEachIsLostAndFoundByItself() {
        assertThat(of(new CommonEvent.FilestoreLost(Optional.of("far"), "gone")))
                .containsExactly("failure filestore far");
        assertThat(of(new CommonEvent.FilestoreFound(Optional.of("near"), "file:///near")))
                .containsExactly("recovery filestore near");
        assertThat(of(new PrimaryEvent.FilestoreBehind("far", 1, Optional.of("gone"))))
                .doesNotContain("warning filestore far");
        assertThat(of(new PrimaryEvent.FilestoreCaughtUp("far"))).doesNotContain("recovery filestore far");
        assertThat(of(committed(Manifests.sample(ID)))).noneMatch(signal -> signal.contains("filestore"));
        assertThat(of(new CommonEvent.FilestoreFound(Optional.of("far"), "file:///far")))
                .containsExactly("recovery filestore far");
    }

    @Test
    void aFencedSiteIsReportedEachTime() {
        UnderstudyException why = new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot stop", "look");
        assertThat(of(new PrimaryEvent.FencedSiteRuns(1, why))).containsExactly("failure fence");
        assertThat(of(new PrimaryEvent.FencedSiteStopped(1))).containsExactly("recovery fence silent", "failure fence");
        assertThat(of(new CommonEvent.TwoPrimaries("dns: there"))).containsExactly("failure two primaries");
        assertThat(of(new CommonEvent.OnePrimary())).containsExactly("recovery two primaries");
        assertThat(of(new CommonEvent.DnsDisagrees("there", false, false))).containsExactly("warning dns");
    }

    @Test
    void aStandbyHasNoFailuresOfSnapshots() {
        role(Role.REPLICA);
        assertThat(of(new CommonEvent.FilestoreLost(Optional.empty(), "gone"))).isEmpty();
        assertThat(of(new PrimaryEvent.RoleIsStandby()))
                .containsExactly(
                        "recovery role silent",
                        "recovery round silent",
                        "recovery continuous silent",
                        "recovery fence silent",
                        "recovery dns silent");
    }

    @Test
    void whateverTheLogCallsAnErrorOrAWarningIsOne() {
        assertThat(of(new CommonEvent.Defect("x", new IllegalStateException("y"))))
                .containsExactly("failure defect");
        assertThat(of(new PrimaryEvent.TrackingSlotDropped("slot", "too much")))
                .containsExactly("warning tracking_slot_dropped");
        assertThat(of(new CommonEvent.PeerRefused("a", "why", true))).isEmpty();
        assertThat(of(new PrimaryEvent.AgentRuns())).isEmpty();
    }

    @Test
    void aNoticeIsNotReportedByANotice() {
        assertThat(of(new CommonEvent.NoticeFailed("ops", "x", failure(ErrorCode.NOTICE_REFUSED), false)))
                .isEmpty();
        assertThat(of(new CommonEvent.NoticesGivenUp("ops", 3, "too late"))).isEmpty();
        assertThat(of(new CommonEvent.ChannelRecovered("ops"))).isEmpty();
        assertThat(of(new CommonEvent.NoticeSent("ops", "x"))).isEmpty();
    }

    @Test
    void thePrimaryAloneAnswersForTheAgeOfTheNewestSnapshot() {
        assertThat(notices.look()).as("the role").isEqualTo(DataAge.Without.NOT_KNOWN);
        role(Role.PRIMARY);
        assertThat(notices.look()).as("the repository").isEqualTo(DataAge.Without.NOT_KNOWN);
        status.round(status.roleStatus(), seen(Optional.empty()), Optional.empty());
        assertThat(notices.look().known().orElseThrow().moment()).isEmpty();
        assertThat(notices.look().known().orElseThrow().limit()).contains(Duration.ofHours(2));

        Manifest newest = Manifests.sample(ID);
        status.receive(committed(newest), time.now());
        assertThat(notices.look().known().orElseThrow().moment()).contains(newest.moment());

        role(Role.REPLICA);
        assertThat(notices.look()).isEqualTo(DataAge.Without.NOT_MINE);
    }

    /** Its newest snapshot is as old as its last change. */
    @Test
    void aQuietSiteIsAsFreshAsItsLastContinuousLook() {
        role(Role.PRIMARY);
        status.receive(committed(Manifests.sample(ID)), time.now());
        time.advance(Duration.ofDays(3));
        status.receive(looked(), time.now());

        assertThat(notices.look().known().orElseThrow().moment()).contains(time.now());
        assertThat(status.unchanged()).as("of runs of the schedule").isEmpty();
    }

    @Test
    void whatWasSeenOfOneSnapshotSaysNothingOfANewerOneOfAnotherServer() {
        status.receive(committed(Manifests.sample(ID)), time.now());
        status.receive(looked(), time.now());
        status.receive(new PrimaryEvent.SnapshotUnneeded(ID, List.of("hourly")), time.now());
        assertThat(status.unchanged()).contains(time.now());
        assertThat(status.current()).contains(time.now());

        time.advance(Duration.ofSeconds(1));
        status.round(status.roleStatus(), seen(Optional.of(new SnapshotId(2, 43))), Optional.empty());

        assertThat(status.unchanged()).isEmpty();
        assertThat(status.current()).isEmpty();
    }

    @Test
    void theAgeOfANewestSnapshotThatCannotBeReadIsNotKnown() {
        role(Role.PRIMARY);
        status.round(status.roleStatus(), seen(Optional.of(ID)), Optional.empty());
        assertThat(notices.look()).isEqualTo(DataAge.Without.NOT_KNOWN);
    }

    private RepositorySeen seen(Optional<SnapshotId> newest) {
        return new RepositorySeen(
                Optional.of(time.now()), 1, newest, Optional.empty(), List.of(), List.of(), Optional.empty());
    }

    private void role(Role role) {
        status.round(
                new RoleStatus(role, role == Role.REPLICA, 1, 1, Optional.empty()),
                status.repository(),
                Optional.empty());
    }
}
