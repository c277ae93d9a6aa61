package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.CheckResult;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwitchoverChecksTest {
    private static final SnapshotId LIVE = SnapshotId.parse("00000001-00000007");

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private List<String> stop = List.of("site-stop");
    private Optional<SnapshotId> held = Optional.empty();
    private Optional<String> version = Optional.empty();
    private List<KnownStandby> standbys =
            List.of(standby("standby-b", true, "following", Optional.of(LIVE), Optional.empty()));
    private Optional<SnapshotId> newest = Optional.of(LIVE);

    @Test
    void aStandbyThatFollowsMayTakeTheSite() {
        checks().require("standby-b");
        assertThat(checks().run("standby-b")).noneMatch(CheckResult::hasFailed);
    }

    @Test
    void anUnknownNameNamesTheNearest() {
        assertThat(refused("standby-c", ErrorCode.USAGE).hint())
                .startsWith("did you mean standby-b?")
                .contains("those that reported: standby-b");
        standbys = List.of();
        assertThat(refused("standby-b", ErrorCode.USAGE).hint()).contains("no standby has reported at all");
    }

    @Test
    void aStandbyThatIsNotReadyIsNamedWithTheReason() {
        standbys = List.of(standby("standby-b", false, "following", Optional.of(LIVE), Optional.empty()));
        assertThat(refused("standby-b", ErrorCode.AGENT_UNREACHABLE)).hasMessageContaining("it is not connected");
        standbys = List.of(standby("standby-b", true, "seeding", Optional.empty(), Optional.empty()));
        assertThat(refused("standby-b", ErrorCode.AGENT_UNREACHABLE)).hasMessageContaining("it is seeding");
        standbys = List.of(standby("standby-b", true, "following", Optional.of(LIVE), Optional.of("disk full")));
        assertThat(refused("standby-b", ErrorCode.AGENT_UNREACHABLE)).hasMessageContaining("disk full");
        standbys = List.of(standby("standby-b", true, "following", Optional.empty(), Optional.empty()));
        assertThat(refused("standby-b", ErrorCode.AGENT_UNREACHABLE)).hasMessageContaining("imported nothing yet");
        standbys = List.of(standby("standby-b", true, "following", Optional.of(LIVE), Optional.empty()));
        newest = Optional.of(SnapshotId.parse("00000002-00000008"));
        assertThat(refused("standby-b", ErrorCode.AGENT_UNREACHABLE)).hasMessageContaining("of another epoch");
    }

    @Test
    void withoutACommandThatStopsTheSiteNothingBegins() {
        stop = List.of();
        assertThat(refused("standby-b", ErrorCode.CONFIG_INVALID)).hasMessageContaining("service.stop");
        assertThat(checks().run("standby-b"))
                .filteredOn(CheckResult::hasFailed)
                .extracting(CheckResult::check)
                .containsExactly("commands of the site");
    }

    @Test
    void aStandbyAndAServerThatIsAtItHandNothingOver() {
        notes().begin(SwitchoverNote.begin(
                "standby-b", 1, time.now(), time.now().plus(Duration.ofMinutes(5))));
        refused("standby-b", ErrorCode.LOCKED);
        notes().end();
        marker().write(new MarkerContent("example", "test", Optional.empty(), time.now()));
        refused("standby-b", ErrorCode.BACKUP_MODE);
    }

    private UnderstudyException refused(String standby, ErrorCode code) {
        UnderstudyException[] found = new UnderstudyException[1];
        assertThatThrownBy(() -> checks().require(standby))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> found[0] = e);
        assertThat(found[0].code()).isEqualTo(code);
        return found[0];
    }

    private Optional<UnderstudyException> away = Optional.empty();
    private Optional<SnapshotId> scheduled = Optional.empty();

    private SwitchoverChecks checks() {
        return new SwitchoverChecks(
                new ServiceSettings(
                        stop, List.of("site-start"), List.of(), List.of(), Duration.ofSeconds(60), Optional.empty()),
                marker(),
                notes(),
                () -> 1,
                () -> newest,
                () -> scheduled,
                () -> standbys,
                this::ready);
    }

    private List<String> ready() {
        away.ifPresent(why -> {
            throw why;
        });
        return List.of("main", "second");
    }

    /** Without TLS nothing else says that it is behind, or holds it. */
    @Test
    void aStandbyThatIsNotSeenAndHasNotReportedTheNewestScheduledOneIsRemarked() {
        standbys = List.of(unseen(LIVE));
        scheduled = Optional.of(LIVE);
        assertThat(warnings()).isEmpty();
        scheduled = Optional.of(new SnapshotId(LIVE.epoch(), LIVE.sequence() + 1));

        assertThat(warnings())
                .singleElement()
                .satisfies(check -> assertThat(check.message())
                        .contains(scheduled.get() + ", the newest scheduled snapshot, as live")
                        .contains("may hold it"));
    }

    private List<CheckResult> warnings() {
        return checks().run("standby-b").stream()
                .filter(check -> check.check().equals("data of the standby"))
                .toList();
    }

    private KnownStandby unseen(SnapshotId applied) {
        return new KnownStandby(
                "standby-b",
                false,
                Optional.empty(),
                Optional.of(applied),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                time.now(),
                Optional.empty());
    }

    /** Neither server could be sure of the epoch. */
    @Test
    void aFilestoreThatIsAwayStandsInTheWay() {
        assertThat(checks().run("standby-b"))
                .anyMatch(check -> check.message().endsWith("in each filestore that counts: main, second"));
        away = Optional.of(
                new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "second does not answer", "this is a test"));

        refused("standby-b", ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(checks().run("standby-b"))
                .filteredOn(CheckResult::hasFailed)
                .extracting(CheckResult::check)
                .containsExactly("filestores");
    }

    /** It would hold the final snapshot, too, with both sites down. */
    @Test
    void aStandbyThatHoldsASnapshotStandsInTheWay() {
        held = Optional.of(SnapshotId.parse("00000001-00000009"));
        standbys = List.of(standby("standby-b", true, "following", Optional.of(LIVE), Optional.empty()));

        assertThat(refused("standby-b", ErrorCode.SNAPSHOT_HELD).hint())
                .contains("agent-replica accept 00000001-00000009", "on standby-b");
        assertThat(checks().run("standby-b"))
                .filteredOn(CheckResult::hasFailed)
                .extracting(CheckResult::check)
                .containsExactly("standby");
    }

    /** It gets the time of the limit before the site is stopped: nothing stands in the way. */
    @Test
    void anOlderStandbyIsARemark() {
        newest = Optional.of(SnapshotId.parse("00000001-00000009"));
        version = Optional.of("0.0.9");
        standbys = List.of(standby("standby-b", true, "following", Optional.of(LIVE), Optional.empty()));

        checks().require("standby-b");
        assertThat(checks().run("standby-b")).noneMatch(CheckResult::hasFailed);
        assertThat(checks().run("standby-b"))
                .filteredOn(each -> each.state().equals("warning"))
                .extracting(CheckResult::check, CheckResult::message)
                .containsExactly(
                        tuple(
                                "data of the standby",
                                "standby-b does not have 00000001-00000009, the newest snapshot, yet"),
                        tuple("versions", "standby-b runs version 0.0.9, this server " + AgentVersion.current()));
    }

    /** As just after a promotion, or where snapshots come often: it follows again in seconds. */
    @Test
    void aStandbyThatAppliesASnapshotIsARemark() {
        newest = Optional.of(SnapshotId.parse("00000002-00000001"));
        standbys = List.of(standby("standby-b", true, "applying", Optional.of(LIVE), Optional.empty()));

        checks().require("standby-b");
        assertThat(checks().run("standby-b"))
                .filteredOn(each -> each.state().equals("warning"))
                .extracting(CheckResult::check, CheckResult::message)
                .contains(tuple("work of the standby", "standby-b is applying a snapshot"));
        assertThat(checks().run("standby-b")).noneMatch(CheckResult::hasFailed);
        standbys = List.of(standby("standby-b", false, "applying", Optional.of(LIVE), Optional.empty()));
        assertThat(refused("standby-b", ErrorCode.AGENT_UNREACHABLE)).hasMessageContaining("it is not connected");
        standbys = List.of(standby("standby-b", true, "promoting", Optional.of(LIVE), Optional.empty()));
        assertThat(refused("standby-b", ErrorCode.AGENT_UNREACHABLE)).hasMessageContaining("it is promoting");
    }

    private Marker marker() {
        return new Marker(folder.resolve("BACKUP"));
    }

    private SwitchoverNotes notes() {
        return new SwitchoverNotes(folder.resolve("state"), time.clock());
    }

    private KnownStandby standby(
            String name, boolean connected, String state, Optional<SnapshotId> applied, Optional<String> fault) {
        return new KnownStandby(
                name,
                connected,
                Optional.of(state),
                applied,
                Optional.empty(),
                held,
                false,
                version,
                time.now(),
                fault);
    }
}
