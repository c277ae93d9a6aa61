package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.switchover.SwitchoverNote.Step;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The old primary's site starts in backup mode when the new primary serves, and soon in any case. */
class TakeoverWaitTest extends SwitchoverSteps {
    private static final Duration MOMENT = Duration.ofMillis(1);

    @Test
    void theSiteStaysStoppedUntilTheNewPrimaryServes() {
        Switchover switchover = handedOver();
        time.advance(TakeoverWait.LONGEST.minus(MOMENT));
        turns(switchover);
        assertWaits();

        serving.add("b");
        turns(switchover);
        assertStandby();
    }

    /** The promotion there was killed, or has no connection to this server. */
    @Test
    void itIsStartedAfterAWhileThoughTheNewPrimaryNeverServes() {
        Switchover switchover = handedOver();
        time.advance(TakeoverWait.LONGEST);
        turns(switchover);
        assertStandby();
    }

    @Test
    void anotherServerThatServesEndsNoWait() {
        Switchover switchover = handedOver();
        serving.add("c");
        turns(switchover);
        assertWaits();
    }

    @Test
    void aProcessThatIsKilledInTheWaitIsFollowedByOneThatWaitsForTheRest() {
        handedOver();
        time.advance(TakeoverWait.LONGEST.dividedBy(2));
        Switchover next = switchover();
        turns(next);
        assertWaits();

        time.advance(TakeoverWait.LONGEST.dividedBy(2));
        turns(next);
        assertStandby();
    }

    @Test
    void aProcessThatIsStartedLongAfterDoesNotWait() {
        handedOver();
        time.advance(Duration.ofHours(1));
        turns(switchover());
        assertStandby();
    }

    /** By such a clock the hand-over is still to come. */
    @Test
    void aClockThatIsSetBackDoesNotKeepTheSiteDown() {
        handedOver();
        off = Duration.ofDays(-1);
        Switchover next = switchover();
        turns(next);
        assertWaits();
        time.advance(TakeoverWait.LONGEST);
        turns(next);
        assertStandby();
    }

    /** The agent is stopped, or its server: no process would take the next step. */
    @Test
    void anAgentThatIsStoppedInTheWaitStartsTheSiteFirst() {
        Switchover switchover = handedOver();
        long begun = time.nanos();
        daemon(switchover).leave();
        assertStandby();
        assertThat(time.since(begun)).isLessThanOrEqualTo(TakeoverWait.LONGEST.plusSeconds(1));
    }

    /** Once the other server has claimed the epoch, not even a marker that is removed makes this one the primary. */
    @Test
    void itIsNeverStartedAsProduction() {
        Switchover switchover = handedOver();
        marker.remove();
        site.onRestart(() -> assertThat(marker.present()).isTrue());
        time.advance(TakeoverWait.LONGEST);
        turns(switchover);
        assertStandby();
    }

    /** A way back was killed when the site had started, and the standby is promoted by hand since. */
    @Test
    void aSiteThatServesDoesNotGoOnUntilTheNewPrimaryServes() {
        serving.clear();
        Switchover switchover = begin();
        switchover.turn();
        switchover.cancel("an operator asks for it");
        assertThat(step()).isEqualTo(Step.GOING_BACK);
        storage.dieAt(0);
        dies(switchover::turn);
        assertThat(site.running()).isTrue();
        assertThat(marker.present()).isFalse();
        assertThat(epoch.standbyClaims()).isTrue();

        turns(switchover());

        assertWaits();
        time.advance(TakeoverWait.LONGEST);
        turns(switchover());
        assertThat(step()).isEqualTo(Step.LEFT);
        assertThat(marker.present()).isTrue();
    }

    @Test
    void aSiteThatDoesNotStartAfterTheWaitIsLeftToTheStandby() {
        Switchover switchover = handedOver();
        site.failWith(Optional.of(ErrorCode.COMMAND_FAILED));
        time.advance(TakeoverWait.LONGEST);
        turns(switchover);
        assertThat(step()).isEqualTo(Step.LEFT);
        assertThat(events).anyMatch(PrimaryEvent.SwitchoverStartFailed.class::isInstance);
    }

    /** The standby has claimed, and its site is being restarted. */
    private Switchover handedOver() {
        serving.clear();
        Switchover switchover = begin();
        turns(switchover);
        assertThat(epoch.standbyClaims()).isTrue();
        turns(switchover);
        assertWaits();
        return switchover;
    }

    private void assertWaits() {
        assertThat(step()).isEqualTo(Step.HANDED_OVER);
        assertThat(site.running()).isFalse();
        assertThat(marker.present()).isTrue();
    }

    private void assertStandby() {
        assertThat(step()).isEqualTo(Step.LEFT);
        assertThat(site.running()).isTrue();
        assertThat(marker.read().orElseThrow().snapshot()).contains(LAST.toString());
    }
}
