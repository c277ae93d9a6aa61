package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.state.StateStorage;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.testing.FakeSiteService;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SwitchoverTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final SnapshotId LAST = SnapshotId.parse("00000001-00000042");

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final FakeNextEpoch epoch = new FakeNextEpoch();
    private final FakeSiteService site = new FakeSiteService();
    private final List<Event> events = new ArrayList<>();
    private final Dying storage = new Dying();
    private Marker marker;
    private SwitchoverNotes notes;
    private FinalSnapshot snapshots;
    private int committed;
    /** How wrong the clock is. */
    private Duration off = Duration.ZERO;
    /** How often it is asked before other snapshots have ended. */
    private int others;

    /** The process is killed. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** A disk whose process is killed at a write, before or after it is durable. */
    private static final class Dying implements StateStorage {
        private Optional<byte[]> content = Optional.empty();
        private int left = Integer.MAX_VALUE;
        private boolean full;

        /** @param writes an even number 2n dies before the n-th write from now, an odd one after it */
        void dieAt(int writes) {
            left = writes;
        }

        private void pass() {
            if (left-- == 0) {
                left = Integer.MAX_VALUE;
                throw new Killed();
            }
        }

        @Override
        public Optional<byte[]> read() {
            return content;
        }

        @Override
        public void write(byte[] next) {
            if (full) {
                throw new UnderstudyException(ErrorCode.DISK_FULL, "the disk is full", "make room");
            }
            pass();
            content = Optional.of(next);
            pass();
        }

        @Override
        public void delete() {
            pass();
            content = Optional.empty();
            pass();
        }
    }

    @BeforeEach
    void prepare() {
        marker = new Marker(folder.resolve("BACKUP"));
        notes = new SwitchoverNotes(storage, time.clock());
        snapshots = (standby, within) -> {
            notes.committing(standby);
            committed++;
            epoch.committed(LAST);
            return LAST;
        };
    }

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
        all(switchover).leave();

        assertWentBack();
        assertThat(epoch.standbyClaims()).as("the late standby").isEqualTo(at != Step.COMMITTED);
    }

    @Test
    void anAgentThatIsStoppedWithoutTheFilestoreLeavesTheRestToTheNextProcess() {
        Switchover switchover = begin();
        turns(switchover);
        epoch.away(true);
        long begun = time.nanos();
        all(switchover).leave();
        assertThat(time.since(begun)).isLessThan(Duration.ofSeconds(30));
        assertThat(step()).isEqualTo(Step.GOING_BACK);
        assertThat(site.running()).as("the standby may have the epoch").isFalse();

        epoch.away(false);
        turns(switchover());
        assertWentBack();
    }

    private Switchovers all(Switchover switchover) {
        return new Switchovers(
                marker,
                null,
                switchover,
                notes,
                new SwitchoverTimes(folder),
                () -> 1,
                Optional::empty,
                new Events(time.clock(), (event, at) -> events.add(event)),
                time.clock(),
                time);
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

    private void dies(Runnable work) {
        try {
            work.run();
            throw new AssertionError("it was not killed");
        } catch (Killed expected) {
            // The next process begins.
        }
    }

    private void assertWentBack() {
        assertThat(notes.read()).isEmpty();
        assertThat(marker.present()).isFalse();
        assertThat(site.running()).isTrue();
    }

    private Step step() {
        return notes.read().orElseThrow().step();
    }

    private Switchover begin() {
        notes.begin(SwitchoverNote.begin("b", 1, time.now(), time.now().plus(LIMIT)));
        return switchover();
    }

    private Switchover switchover() {
        return new Switchover(
                "example",
                notes,
                marker,
                site,
                new FinalSnapshot() {
                    @Override
                    public void requireNoOther() {
                        if (others-- > 0) {
                            throw new UnderstudyException(ErrorCode.LOCKED, "a snapshot runs", "this is a test");
                        }
                    }

                    @Override
                    public SnapshotId take(String standby, Duration within) {
                        return snapshots.take(standby, within);
                    }
                },
                epoch,
                new SwitchoverTimes(folder),
                new Events(time.clock(), (event, at) -> events.add(event)),
                new Clock() {
                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return time.now().plus(off);
                    }
                },
                time);
    }

    private static void turns(Switchover switchover) {
        while (switchover.turn()) {
            // The next step.
        }
    }
}
