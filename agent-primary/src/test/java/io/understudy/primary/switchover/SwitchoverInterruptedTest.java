package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.switchover.SwitchoverNote.Step;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that is killed or stopped in the middle, and a clock that is set. */
class SwitchoverInterruptedTest extends SwitchoverSteps {
    /** Before and after each write of the note; the next process goes on, and nothing else differs. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void aKilledOneIsFinishedByTheNextProcess(int write) {
        Switchover first = begin();
        storage.dieAt(write);
        dies(() -> {
            turns(first);
            epoch.standbyClaims();
            turns(first);
        });
        Switchover next = switchover();
        turns(next);
        epoch.standbyClaims();
        turns(next);

        assertThat(step()).isEqualTo(Step.LEFT);
        assertThat(marker.present()).isTrue();
        assertThat(site.running()).isTrue();
        assertThat(epoch.held()).isZero();
    }

    /** The old primary would be loaded again in full: killed when the final snapshot was there, and not noted. */
    @Test
    void theFinalSnapshotIsNamedAlthoughItsNameWasNotNoted() {
        Switchover first = begin();
        snapshots = (standby, within) -> {
            notes.committing(standby);
            epoch.committed(LAST);
            throw new Killed();
        };
        dies(() -> turns(first));
        epoch.standbyClaims();
        turns(switchover());

        assertThat(step()).isEqualTo(Step.LEFT);
        assertThat(notes.read().orElseThrow().last()).contains(LAST);
        assertThat(marker.read().orElseThrow().snapshot()).contains(LAST.toString());
    }

    /** Its limit is one of seconds, not of times of day. */
    @Test
    void aClockThatIsSetEndsNothingAndKeepsNothingGoing() {
        Switchover switchover = begin();
        switchover.turn();
        off = LIMIT.multipliedBy(3);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.COMMITTED);

        off = LIMIT.multipliedBy(-3);
        time.advance(LIMIT.plusSeconds(1));
        turns(switchover);
        assertWentBack();
    }

    /** One that is started later, on a server whose clock was set back, does not go on for longer than the limit. */
    @Test
    void aProcessThatIsStartedInTheMiddleHasAtMostTheWholeLimit() {
        turns(begin());
        off = Duration.ofDays(-1);
        Switchover next = switchover();
        turns(next);
        time.advance(LIMIT.plusSeconds(1));
        turns(next);
        assertWentBack();
    }

    /** No process takes the next step then. */
    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"INTENDED", "MARKED", "STOPPED", "COMMITTED"})
    void anAgentThatIsStoppedLeavesTheSiteUp(Step at) {
        Switchover switchover = begin();
        while (step() != at) {
            switchover.turn();
        }
        daemon(switchover).leave();

        assertWentBack();
        assertThat(epoch.standbyClaims()).as("the late standby").isEqualTo(at != Step.COMMITTED);
    }

    @Test
    void anAgentThatIsStoppedWithoutTheFilestoreLeavesTheRestToTheNextProcess() {
        Switchover switchover = begin();
        turns(switchover);
        epoch.away(true);
        long begun = time.nanos();
        daemon(switchover).leave();
        assertThat(time.since(begun)).isLessThan(Duration.ofSeconds(30));
        assertThat(step()).isEqualTo(Step.GOING_BACK);
        assertThat(site.running()).as("the standby may have the epoch").isFalse();

        epoch.away(false);
        turns(switchover());
        assertWentBack();
    }

    /** The same of the way back. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aWayBackThatIsKilledIsFinishedByTheNextProcess(int write) {
        Switchover first = begin();
        turns(first);
        time.advance(LIMIT.plusSeconds(1));
        storage.dieAt(write);
        dies(() -> turns(first));
        turns(switchover());

        assertWentBack();
        assertThat(epoch.standbyClaims()).as("the late standby").isFalse();
    }
}
