package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.SnapshotId;
import io.understudy.switchover.SwitchoverNote.Step;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SwitchoverTest extends SwitchoverSteps {
    @Test
    void stopsTheSiteBeforeTheFinalSnapshotAndStartsItInBackupModeAfterTheClaim() {
        Switchover switchover = begin();
        snapshots = (standby, within) -> {
            assertThat(site.running()).isFalse();
            assertThat(marker.present()).isTrue();
            notes.committing(standby);
            return LAST;
        };
        turns(switchover);
        assertThat(step()).isEqualTo(Step.COMMITTED);
        assertThat(site.running()).as("until the standby has claimed").isFalse();

        assertThat(epoch.standbyClaims()).isTrue();
        turns(switchover);

        assertThat(step()).isEqualTo(Step.LEFT);
        assertThat(site.running()).isTrue();
        assertThat(marker.read().orElseThrow().snapshot()).contains(LAST.toString());
        assertThat(events).anyMatch(PrimaryEvent.SwitchoverDone.class::isInstance);
        assertThat(new SwitchoverTimes(folder).of(Step.MARKED)).isPresent();
    }

    /** In each step: the site runs here again, and a standby that comes late does not get the epoch. */
    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"INTENDED", "MARKED", "STOPPED", "COMMITTED"})
    void goesBackWhenItsTimeIsOver(Step at) {
        Switchover switchover = begin();
        while (step() != at) {
            switchover.turn();
        }
        time.advance(LIMIT.plusSeconds(1));
        turns(switchover);

        assertWentBack();
        assertThat(epoch.held()).isEqualTo(at == Step.COMMITTED ? 2 : 0);
        assertThat(epoch.standbyClaims()).as("the late standby").isEqualTo(at != Step.COMMITTED);
        assertThat(committed).as("there is a final snapshot").isEqualTo(at == Step.COMMITTED ? 1 : 0);
    }

    /** What goes back needs no room on the disk that failed the final snapshot. */
    @Test
    void startsTheSiteAlthoughTheDiskTakesNoNote() {
        Switchover switchover = begin();
        while (step() != Step.STOPPED) {
            switchover.turn();
        }
        storage.full = true;
        turns(switchover);

        assertThat(marker.present()).isFalse();
        assertThat(site.running()).isTrue();
        assertThat(notes.read()).isEmpty();
        assertThat(events).hasAtLeastOneElementOfType(PrimaryEvent.SwitchoverWentBack.class);
    }

    /** Both want the epoch in the same moment. */
    @Test
    void staysAwayWhereTheStandbyWasFaster() {
        Switchover switchover = begin();
        turns(switchover);
        switchover.cancel("an operator");
        epoch.standbyClaims();
        turns(switchover);

        assertThat(step()).isEqualTo(Step.LEFT);
        assertThat(marker.present()).isTrue();
        assertThat(epoch.owner()).contains("b");
    }

    /** It may stand in one of several filestores; while it does, the standby does not get the epoch. */
    @Test
    void whatGivesWayTakesItsClaimBackFirst() {
        Switchover switchover = begin();
        turns(switchover);
        switchover.cancel("an operator");
        epoch.standbyClaims();
        epoch.keepsClaims(true);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.GOING_BACK);
        assertThat(site.running()).isFalse();

        epoch.keepsClaims(false);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.LEFT);
        assertThat(epoch.gaveWay()).isTrue();
    }

    /** A filestore that is away would keep both sites down once it is committed. */
    @Test
    void theFinalSnapshotIsNotBegunWhileAFilestoreIsAway() {
        Switchover switchover = begin();
        epoch.notReady(true);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.STOPPED);
        assertThat(committed).isZero();

        epoch.notReady(false);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.COMMITTED);
    }

    @Test
    void aFinalSnapshotIsNotCommittedAfterItWasCancelled() {
        Switchover switchover = begin();
        snapshots = (standby, within) -> {
            switchover.cancel("an operator");
            notes.committing(standby);
            throw new AssertionError("it was permitted");
        };
        turns(switchover);

        assertWentBack();
        assertThat(epoch.owner()).as("none was needed").isEmpty();
    }

    /** It may upload for longer than a server that shuts down has time. */
    @Test
    void aFinalSnapshotThatIsBeingTakenEndsWhenItIsCancelled() {
        Switchover switchover = begin();
        AtomicBoolean given = new AtomicBoolean();
        snapshots = new FinalSnapshot() {
            @Override
            public SnapshotId take(String standby, Duration within) {
                switchover.cancel("an operator");
                if (!given.get()) {
                    throw new AssertionError("it runs on");
                }
                throw new UnderstudyException(ErrorCode.CANCELLED, "the snapshot was cancelled", "go on");
            }

            @Override
            public void giveUp() {
                assertThat(step()).isEqualTo(Step.GOING_BACK);
                given.set(true);
            }
        };
        turns(switchover);

        assertWentBack();
    }

    /** Nothing of it can have reached the standby. */
    @Test
    void aFilestoreThatIsAwayBeforeTheFinalSnapshotKeepsTheSiteDownForTheLimitOnly() {
        Switchover switchover = begin();
        epoch.away(true);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.STOPPED);
        assertThat(events).anyMatch(PrimaryEvent.SwitchoverWaits.class::isInstance);

        time.advance(LIMIT.plusSeconds(1));
        turns(switchover);
        assertWentBack();
    }

    /** The standby may have claimed: the site must not start until that is known. */
    @Test
    void aFilestoreThatIsAwayAfterTheFinalSnapshotKeepsTheSiteDownUntilItIsBack() {
        Switchover switchover = begin();
        turns(switchover);
        epoch.away(true);
        time.advance(LIMIT.plusSeconds(1));
        turns(switchover);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.GOING_BACK);
        assertThat(site.running()).isFalse();
        assertThat(marker.present()).isTrue();

        epoch.away(false);
        turns(switchover);
        assertWentBack();
        assertThat(epoch.owner()).contains("a");
    }

    @Test
    void aSiteThatDoesNotStopGoesBackAtOnce() {
        Switchover switchover = begin();
        site.failWith(Optional.of(ErrorCode.COMMAND_FAILED));
        switchover.turn();
        switchover.turn();
        assertThat(step()).isEqualTo(Step.GOING_BACK);
        turns(switchover);
        assertThat(notes.read()).as("the site cannot be started either").isPresent();

        site.failWith(Optional.empty());
        time.advance(Duration.ofSeconds(1));
        turns(switchover);
        assertWentBack();
        assertThat(events).noneMatch(PrimaryEvent.SwitchoverDone.class::isInstance);
    }

    /** It may have stopped the site, and would start it at its end. */
    @Test
    void theSiteIsStoppedWhenNoOtherSnapshotRuns() {
        Switchover switchover = begin();
        others = 2;
        turns(switchover);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.MARKED);
        assertThat(site.calls()).isEmpty();

        turns(switchover);
        assertThat(step()).isEqualTo(Step.COMMITTED);
        assertThat(site.calls()).containsExactly("stop");
    }

    /** A person decided: the marker alone says the role. */
    @Test
    void aMarkerThatIsRemovedByHandGoesBack() {
        Switchover switchover = begin();
        turns(switchover);
        marker.remove();
        turns(switchover);
        assertWentBack();
        assertThat(epoch.owner()).contains("a");
    }

    @Test
    void twoAreNotBegun() {
        begin();
        assertThatThrownBy(this::begin)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED))
                .hasMessageContaining("switchover of this server to b is under way (write the marker)");
    }

    @Test
    void noOtherSnapshotIsFinal() {
        assertThatThrownBy(() -> notes.requireFinal("b"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_MODE));
        begin();
        assertThatThrownBy(() -> notes.committing("b")).hasMessageContaining("no switchover to it is at that step");
        turns(switchover());
        assertThatThrownBy(() -> notes.committing("c")).isInstanceOf(UnderstudyException.class);
    }

    @Test
    void aSiteThatDoesNotStartIsStartedAgainAfterGrowingPauses() {
        Switchover switchover = begin();
        turns(switchover);
        switchover.cancel("an operator");
        site.failWith(Optional.of(ErrorCode.COMMAND_FAILED));
        int calls = site.calls().size();
        for (int second = 0; second < 120; second++) {
            turns(switchover);
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(site.calls().size() - calls).isBetween(6, 9);
        assertThat(events).anyMatch(PrimaryEvent.SwitchoverWaits.class::isInstance);

        site.failWith(Optional.empty());
        time.advance(Duration.ofMinutes(1));
        turns(switchover);
        assertWentBack();
    }
}
