package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.progress.Progress;
import io.understudy.state.StateEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The site is stopped around the moment of a snapshot, and started whatever happens. */
class SiteQuiesceTest extends QuiesceFixture {
    @Test
    void theSiteIsStoppedForTheMomentAlone() {
        primary.database.moments(() -> calls.add("moment"));
        primary.database.during(() -> calls.add("read"));

        Taken taken = take();

        assertThat(calls).containsExactly("stop", "start", "moment", "read");
        assertThat(taken.down()).contains(Duration.ofSeconds(3));
        assertThat(note.exists()).isFalse();
        assertThat(events).contains(new PrimaryEvent.SiteWasQuiet(Duration.ofSeconds(3)));
    }

    @Test
    void aMomentThatWasLostIsTakenAgainWithTheSiteStopped() {
        primary.database.moments(() -> {}, () -> {});
        assertThatThrownBy(this::take)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_BUSY));
        assertThat(calls).containsExactly("stop", "start", "stop", "start", "stop", "start");
        assertThat(note.exists()).isFalse();
    }

    @Test
    void theSiteIsStartedWhenTheSnapshotFails() {
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DATABASE_UNREACHABLE, "gone", "look");
        });
        assertThatThrownBy(this::take).hasMessage("gone");
        assertThat(calls).as("it reports no moment").containsExactly("stop", "start");
        assertThat(note.exists()).isFalse();
    }

    @Test
    void aSiteThatCannotBeStoppedIsStartedAndTheSnapshotFails() {
        failingStops.set(1);
        assertThatThrownBy(this::take).hasMessage("cannot stop the site");
        assertThat(calls).containsExactly("stop", "start");
        assertThat(note.exists()).isFalse();
    }

    /** It is stopped once more, for part of it may run. */
    @Test
    void aSiteThatWasLeftStoppedAndCannotBeStartedIsNoReasonToBeWithoutASnapshot() {
        Instant stopped = primary.time.now();
        leftStopped(stopped);
        primary.time.advance(Duration.ofHours(1));
        failingStarts.set(1);
        primary.database.moments(() -> calls.add("moment"));
        onStart = () -> assertThat(state.stopped()).isEqualTo(stopped);

        take();

        assertThat(calls).containsExactly("start", "stop", "start", "moment");
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isEqualTo(1);
        assertThat(note.exists()).isFalse();
    }

    @Test
    void theNextSnapshotStartsItFirstToo() {
        leftStopped();
        take();
        assertThat(calls).startsWith("start", "thaw", "stop");
    }

    /** A signal comes: the command that starts the site would be killed with its thread. */
    @Test
    void anInterruptEndsNoStart() {
        Thread taking = Thread.currentThread();
        onStart = () -> {
            taking.interrupt();
            if (Thread.currentThread().isInterrupted()) {
                throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "again");
            }
        };

        var still = quiesce().begin(primary.source().trees());
        try (still) {
            still.stop();
            still.fix();
            assertThat(Thread.interrupted()).isTrue();
        }
        still.clear();

        assertThat(calls).containsExactly("stop", "start");
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isZero();
        assertThat(note.exists()).isFalse();
    }

    /** An attempt to start the site lasts as long as its command. */
    @Test
    void aSnapshotWaitsForAnAttemptToStartTheSite() {
        ProcessLock other = ProcessLock.tryAcquire(StateEntry.SNAPSHOT_LOCK.in(primary.state))
                .orElseThrow();
        Instant begun = primary.time.now();
        assertThatThrownBy(this::take).hasMessageContaining("cannot take a snapshot: process ");
        assertThat(primary.time.now()).isEqualTo(begun);

        leftStopped(begun);
        assertThatThrownBy(this::take).hasMessageContaining("cannot take a snapshot: process ");
        assertThat(Duration.between(begun, primary.time.now()))
                .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(5).plusSeconds(11));
        other.close();
    }

    @Test
    void continuousSnapshotsLeaveTheSiteAlone() {
        take();
        calls.clear();
        primary.database.rows("1\tfirst", "2\tsecond");

        assertThat(taker().takeIfChanged(Progress.none()).taken()).isPresent();

        assertThat(calls).isEmpty();
    }

    /** The command that starts the site hangs until its limit: the snapshot is stored and reported before that. */
    @Test
    void aStartThatHangsHoldsUpNoCommit() throws Exception {
        CountDownLatch goesOn = new CountDownLatch(1);
        starts = work -> new Thread(work, "test-start").start();
        onStart = () -> assertThatCode(() -> goesOn.await(30, TimeUnit.SECONDS)).doesNotThrowAnyException();
        primary.database.moments(() -> {});

        Taken taken = take();

        assertThat(primary.repository.list()).contains(taken.manifest().snapshot());
        assertThat(taken.down().orElseThrow()).isPositive();
        assertThat(state.phase().isDown()).isTrue();
        watch().look();
        assertThat(turn().tryTake()).as("one attempt at a time").isEmpty();
        goesOn.countDown();
        await("the site runs").until(() -> !note.exists());
        assertThat(starts()).isEqualTo(1);
        assertThat(reported(PrimaryEvent.SiteWasQuiet.class)).isEqualTo(1);
    }

    @Test
    void aStopThatEndsBehindTheLimitHasTheSiteStartedAtOnce() {
        StillSite still = begun();
        try (still) {
            onStop = () -> still.tooLate(primary.time.nanos());
            still.stop();
            assertThat(calls).containsExactly("stop", "start");
            assertThatThrownBy(still::fix)
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_TIMEOUT));
        }
        still.clear();
        assertThat(note.exists()).isFalse();
    }

    /** What it froze is of no use then, for the site ran. */
    @Test
    void aFreezeThatHangsKeepsNoSiteStopped() {
        freeze = List.of("do");
        StillSite still = begun();
        try (still) {
            still.stop();
            long stopped = primary.time.nanos() - stopping.toNanos();
            onFreeze = () -> still.tooLate(stopped);
            assertThatThrownBy(still::fix)
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_TIMEOUT));
            assertThat(calls).containsExactly("stop", "freeze", "start");
        }
        still.clear();
        assertThat(calls).containsExactly("stop", "freeze", "start", "thaw");
        assertThat(note.exists()).isFalse();
    }

    /** Of an earlier stop. */
    @Test
    void aTimeThatIsOverCountsForItsOwnStop() {
        try (StillSite still = begun()) {
            still.stop();
            still.tooLate(primary.time.nanos() + 1);
            assertThat(still.fix()).isTrue();
        }
        assertThat(calls).containsExactly("stop", "start");
    }

    private StillSite begun() {
        return (StillSite) quiesce().begin(primary.source().trees());
    }

    @Test
    void aSnapshotThatIsCancelledStopsNothing() {
        try (StillSite still = begun()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(still::stop)
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(calls).isEmpty();
        assertThat(turn().tryTake()).isPresent();
    }

    /** As without memory: the watch starts it. */
    @Test
    void aStartThatGetsNoThreadIsLeftToTheWatch() {
        starts = work -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        try (StillSite still = begun()) {
            still.stop();
            assertThatThrownBy(still::fix).isInstanceOf(OutOfMemoryError.class);
        }
        assertThat(state.phase()).isEqualTo(SitePhase.QUIET);
        watch().look();
        assertThat(calls).containsExactly("stop", "start", "thaw");
        assertThat(note.exists()).isFalse();
    }

    /** Somebody emptied the state folder. */
    @Test
    void aNoteThatIsGoneHoldsUpNoStart() {
        try (StillSite still = begun()) {
            still.stop();
            note.delete();
            assertThat(still.fix()).isTrue();
        }
        assertThat(calls).containsExactly("stop", "start");
    }
}
