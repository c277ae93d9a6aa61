package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.state.StateEntry;
import io.understudy.tasks.BoundedCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A site that was left stopped is started until that works. */
class ResumeWatchTest extends QuiesceFixture {
    @Test
    void aCommandStartsItUntilThatWorksWithPausesOfUpToAMinute() {
        leftStopped();
        failingStarts.set(12);
        Instant begun = primary.time.now();

        watch().untilStarted(folder.resolve("alone"));

        assertThat(starts()).isEqualTo(13);
        assertThat(note.exists()).isFalse();
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isEqualTo(12);
        assertThat(reported(PrimaryEvent.SiteResumed.class)).isEqualTo(1);
        assertThat(Duration.between(begun, primary.time.now()))
                .as("1 + 2 + 4 + 8 + 16 + 32 + 6 times 60, and the starts")
                .isBetween(Duration.ofSeconds(63 + 360), Duration.ofSeconds(63 + 360 + 13 + 13));
    }

    @Test
    void aCommandThatIsEndedSaysThatTheSiteIsStoppedAndLeavesTheNote() {
        leftStopped();
        failingStarts.set(Integer.MAX_VALUE);
        Thread command = Thread.currentThread();
        onStart = () -> {
            if (starts() == 3) {
                command.interrupt();
            }
        };

        assertThatThrownBy(() -> watch().untilStarted(folder.resolve("alone")))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
                    assertThat(e.hint()).contains("quiesce --resume");
                })
                .hasMessage("the site is stopped: cannot start the site; the command that tried to start it was ended");

        assertThat(Thread.interrupted()).isTrue();
        assertThat(starts()).isEqualTo(3);
        assertThat(state.phase().isDown()).isTrue();
    }

    /** Those of cron's do not gather where a site stays stopped for days. */
    @Test
    void oneCommandAloneTriesIt() {
        leftStopped();
        Path alone = folder.resolve("alone");
        ProcessLock other = ProcessLock.tryAcquire(alone).orElseThrow();

        assertThatThrownBy(() -> watch().untilStarted(alone))
                .hasMessageContaining("the site is stopped: process ")
                .hasMessageContaining("tries to start it");
        assertThat(calls).isEmpty();

        other.close();
        watch().untilStarted(alone);
        assertThat(starts()).isEqualTo(1);
    }

    /** The site runs: what is left to be removed keeps no command, and is not looked at every second. */
    @Test
    void whatCannotBeThawedIsTriedAgainWithGrowingPauses() {
        leftStopped();
        failingThaw = true;
        ResumeWatch watch = watch();
        watch.untilStarted(folder.resolve("alone"));
        assertThat(calls).containsExactly("start", "thaw");
        for (int second = 0; second < 10; second++) {
            watch.look();
            primary.time.advance(Duration.ofSeconds(1));
        }
        assertThat(calls).as("after 1, 2 and 4 more seconds").containsExactly("start", "thaw", "thaw", "thaw", "thaw");
        failingThaw = false;
        primary.time.advance(Duration.ofMinutes(1));
        watch.look();
        assertThat(note.exists()).isFalse();
        assertThat(starts()).isEqualTo(1);
    }

    @Test
    void theNextAgentStartsASiteThatAKilledOneHadStopped() {
        leftStopped();
        ProcessLock other = turn().take();
        watch().look();
        assertThat(calls).as("a snapshot has it stopped").isEmpty();
        other.close();

        watch().look();

        assertThat(calls).containsExactly("start", "thaw");
        assertThat(note.exists()).isFalse();
        assertThat(resume().run()).isEmpty();
    }

    /** Of an older version, or damaged: it was written for the same reason. */
    @Test
    void aNoteThatCannotBeReadIsOneOfAStoppedSite() throws IOException {
        Files.writeString(
                StateEntry.QUIESCE.in(primary.state),
                "{\"format\":1,\"stopped\":\"2026-11-20T11:00:00Z\",\"running\":false,\"check\":\"0\"}");
        watch().look();
        assertThat(calls).containsExactly("start", "thaw");
    }

    /** The note stays, and the agent's watch goes on until it works. */
    @Test
    void aSiteThatCannotBeStartedCostsNoSnapshotAndIsTriedUntilItWorks() {
        failingStarts.set(Integer.MAX_VALUE);
        primary.database.moments(() -> {});
        Taken taken = take();
        assertThat(primary.repository.list()).contains(taken.manifest().snapshot());
        assertThat(taken.down().orElseThrow()).isPositive();
        assertThat(state.phase().isDown()).isTrue();
        failingStarts.set(2);
        calls.clear();
        ResumeWatch watch = watch();

        watch.look();
        watch.look();
        assertThat(starts()).as("a pause of a second").isEqualTo(1);
        primary.time.advance(Duration.ofSeconds(1));
        watch.look();
        primary.time.advance(Duration.ofSeconds(1));
        watch.look();
        assertThat(starts()).as("then of two").isEqualTo(2);
        primary.time.advance(Duration.ofSeconds(1));
        watch.look();

        assertThat(note.exists()).isFalse();
        assertThat(reported(PrimaryEvent.SiteResumed.class)).isEqualTo(1);
    }

    /** Nothing waits for it: the snapshot goes on. */
    @Test
    void aStartThatFailsIsTriedAgainWhileTheSnapshotGoesOn() {
        failingStarts.set(3);
        primary.database.moments(() -> {});
        primary.database.during(() -> lookUntilStarted(watch()));

        take();

        assertThat(calls).startsWith("stop", "start", "start", "start", "start");
        assertThat(starts()).isEqualTo(4);
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isEqualTo(3);
        assertThat(reported(PrimaryEvent.SiteResumed.class)).isEqualTo(1);
        assertThat(note.exists()).isFalse();
    }

    private void lookUntilStarted(ResumeWatch watch) {
        for (int seconds = 0; state.phase().isDown() && seconds < 60; seconds++) {
            watch.look();
            primary.time.advance(Duration.ofSeconds(1));
        }
    }

    /** As a continuous one or one of parts, which stop nothing: what is frozen stays until it has ended. */
    @Test
    void itIsStartedWhileAnySnapshotIsTaken() {
        leftStopped();
        ProcessLock snapshot = ProcessLock.tryAcquire(StateEntry.SNAPSHOT_LOCK.in(primary.state))
                .orElseThrow();
        ResumeWatch watch = watch();
        watch.look();
        assertThat(calls).containsExactly("start");
        assertThat(state.phase()).isEqualTo(SitePhase.RUNNING);
        watch.look();
        assertThat(calls).containsExactly("start");
        snapshot.close();

        watch.look();

        assertThat(calls).containsExactly("start", "thaw");
        assertThat(note.exists()).isFalse();
    }

    /** Those of other databases that keep no site stopped take their time, of a site that did not start. */
    @Test
    void itIsStartedWhileDumpsAreMadeBeforeTheMoment() {
        leftStopped();
        failingStarts.set(1);
        var still = quiesce().begin(primary.source().trees());
        try (still) {
            assertThat(state.phase()).isEqualTo(SitePhase.STARTING);
            watch().look();
            assertThat(state.phase()).isEqualTo(SitePhase.RUNNING);
            still.stop();
            assertThat(still.fix()).isTrue();
        }
        still.clear();
        assertThat(calls).startsWith("start", "start").containsSubsequence("stop", "start");
        assertThat(note.exists()).isFalse();
    }

    /** An agent that was away does not know it yet. */
    @Test
    void theFilestoreIsAskedFirstWhetherAnotherServerWasPromoted() {
        leftStopped();
        primary.promoteAnother(2);
        assertThat(primary.epochs.isKnownOvertaken()).isFalse();
        calling = new BoundedCall() {
            @Override
            public <T> T within(Duration limit, String what, Supplier<T> call) {
                assertThat(limit).isEqualTo(Duration.ofSeconds(5));
                T answer = call.get();
                assertThat(answer).as("also where it cannot be kept").isNotEqualTo(Optional.empty());
                return answer;
            }
        };

        watch().look();

        assertThat(calls).containsExactly("thaw");
        assertThat(reported(PrimaryEvent.SiteNotStarted.class)).isEqualTo(1);
        assertThat(primary.epochs.isKnownOvertaken()).as("kept").isTrue();
        assertThat(note.exists()).isFalse();
    }

    /** It may be the other agent's by now, which runs it as a standby. */
    @Test
    void whatThisAgentBeganOnceIsNoReasonToStopTheSiteOfALaterTime() {
        leftStopped();
        failingStarts.set(1);
        ResumeWatch watch = watch();
        watch.look();
        assertThat(calls).containsExactly("start");
        // A command started it, and a later one was killed while it had the site stopped.
        note.delete();
        primary.time.advance(Duration.ofHours(1));
        leftStopped();
        primary.enterBackupMode();

        watch.look();

        assertThat(calls).doesNotContain("stop");
        assertThat(reported(PrimaryEvent.SiteNotStarted.class)).isEqualTo(1);
    }

    /** The site comes first. */
    @Test
    void withoutAnAnswerItIsStarted() {
        leftStopped();
        primary.promoteAnother(2);
        calling = new BoundedCall() {
            @Override
            public <T> T within(Duration limit, String what, Supplier<T> call) {
                throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot " + what, "look");
            }
        };
        watch().look();
        assertThat(calls).containsExactly("start", "thaw");
    }

    /** SIGTERM interrupts the command, and a command of the site would be killed with its thread. */
    @Test
    void aSignalEndsNoStart() {
        leftStopped();
        Thread command = Thread.currentThread();
        onStart = () -> {
            command.interrupt();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        };

        watch().untilStarted(folder.resolve("alone"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(starts()).isEqualTo(1);
        assertThat(state.phase()).isEqualTo(SitePhase.RUNNING);
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isZero();
    }

    @Test
    void aSignalBeforeTheFirstAttemptLeavesNoSiteStoppedWithoutANotice() {
        leftStopped();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> watch().untilStarted(folder.resolve("alone")))
                .hasMessage("the site is stopped: the command that tried to start it was ended");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isEqualTo(1);
    }

    /** The agent ends: a start that is under way does not end with it. */
    @Test
    void theEndOfTheWatchWaitsForAnAttempt() throws Exception {
        leftStopped();
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        onStart = () -> {
            started.countDown();
            assertThatCode(goesOn::await).doesNotThrowAnyException();
        };
        AutoCloseable running = watch().start();
        started.await();
        CompletableFuture<Void> end =
                CompletableFuture.runAsync(() -> assertThatCode(running::close).doesNotThrowAnyException());
        assertThat(end).isNotDone();
        goesOn.countDown();
        end.join();
        assertThat(state.phase()).isEqualTo(SitePhase.RUNNING);
    }
}
