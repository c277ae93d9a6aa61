package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.FencedNote;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.repository.EpochClaim;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A site that a snapshot stopped is not started where this server may not run it any more. */
class StartRightTest extends QuiesceFixture {
    @BeforeEach
    void stoppedSite() {
        leftStopped();
    }

    /** What was frozen goes, and the note with it: after a promotion of this server it would start the site. */
    private void assertNotStarted() {
        assertThat(resume().refusal()).isPresent();
        watch().untilStarted(folder.resolve("alone"));
        assertThat(calls).containsExactly("thaw");
        assertThat(note.exists()).isFalse();
        assertThat(events).noneMatch(PrimaryEvent.SiteResumed.class::isInstance);
        watch().look();
        assertThat(calls).containsExactly("thaw");
    }

    @Test
    void itMayBeStarted() {
        assertThat(resume().refusal()).isEmpty();
        assertThat(resume().run()).isPresent();
        assertThat(calls).containsExactly("start", "thaw");
    }

    @Test
    void notWhereAnotherServerIsKnownToHaveTakenOver() {
        fenced();
        assertNotStarted();
    }

    @Test
    void notInBackupMode() {
        primary.enterBackupMode();
        assertNotStarted();
    }

    @Test
    void notWhereTheLeaseEnded() {
        stopped(FencedNote.Reason.LEASE);
        assertNotStarted();
    }

    /** That note is of an earlier life of this server. */
    @Test
    void aNoteOfAnotherEpochRefusesNothing() {
        SiteStopping.note(primary.state)
                .write(new FencedNote(7, FencedNote.Reason.OVERTAKEN, primary.time.now(), boot));
        assertThat(resume().run()).isPresent();
    }

    /** As of a lease that was over once: the operator started the site, and snapshots stopped and started it since. */
    @Test
    void aNoteOfBeforeTheSiteWasStoppedRefusesNothing() {
        stopped(FencedNote.Reason.LEASE);
        primary.time.advance(Duration.ofSeconds(1));
        leftStopped();
        assertThat(resume().run()).isPresent();
        calls.clear();

        try (var still = quiesce().begin(primary.source().trees())) {
            still.stop();
            assertThat(still.fix()).isTrue();
        }

        assertThat(calls).containsExactly("stop", "start");
    }

    /** The clock was set since: which of the two was the first is known all the same. */
    @Test
    void noClockDecidesIt() {
        primary.time.advance(Duration.ofHours(-1));
        stopped(FencedNote.Reason.LEASE);
        assertThat(resume().refusal()).as("stopped by the snapshot first").isPresent();

        note.delete();
        primary.time.advance(Duration.ofHours(1));
        stopped(FencedNote.Reason.LEASE);
        primary.time.advance(Duration.ofHours(-1));
        take();
        assertThat(calls).as("stopped by on_fenced first").containsExactly("stop", "start");
    }

    /** A snapshot was at its files, or at dumps, when the lease ended: it would start what on_fenced stopped. */
    @Test
    void aSnapshotDoesNotStopWhatWasFencedSinceItBegan() {
        note.delete();
        try (var still = quiesce().begin(primary.source().trees())) {
            stopped(FencedNote.Reason.LEASE);
            primary.time.advance(Duration.ofMinutes(1));
            assertThatThrownBy(still::stop)
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
        }
        assertThat(calls).isEmpty();
    }

    /** Its note is gone by then: who asked for the start hears why the site was not started. */
    @Test
    void whyItWasNotStartedIsKnownBehindTheAttempt() {
        stopped(FencedNote.Reason.LEASE);
        SiteResume resume = resume();
        assertThat(resume.run()).isEmpty();
        assertThat(note.exists()).isFalse();
        assertThat(resume.refusal().orElseThrow().code()).isEqualTo(ErrorCode.FENCED);
    }

    /** By agent-primary shutdown, before the snapshot came to its moment. */
    @Test
    void aSnapshotDoesNotStopWhatWasStoppedForGood() {
        note.delete();
        try (var still = quiesce().begin(primary.source().trees())) {
            forGood().note();
            assertThatThrownBy(still::stop).hasMessageContaining("agent-primary shutdown stopped it for good");
        }
        assertThat(calls).isEmpty();
    }

    /** Nor between two moments of it, of which the first was lost. */
    @Test
    void norForAnotherMoment() {
        note.delete();
        try (var still = quiesce().begin(primary.source().trees())) {
            still.stop();
            still.fix();
            still.stop();
            still.fix();
            primary.time.advance(Duration.ofSeconds(1));
            forGood().note();
            assertThatThrownBy(still::stop).hasMessageContaining("agent-primary shutdown stopped it for good");
        }
        assertThat(calls).containsExactly("stop", "start", "stop", "start");
    }

    /** on_fenced found it stopped, and is not run again. */
    @Test
    void whatIsFencedWhileItStartsIsStoppedAgain() {
        onStart = () -> stopped(FencedNote.Reason.LEASE);
        assertThat(resume().run()).isEmpty();
        assertThat(calls).containsExactly("start", "stop", "thaw");
        assertThat(note.exists()).isFalse();
    }

    /** By agent-primary shutdown, between two attempts and in the middle of one. */
    @Test
    void whatWasStoppedForGoodIsNotStartedByTheNextAttempt() {
        onStart = () -> {
            forGood().note();
            throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot start the site", "look");
        };
        watch().untilStarted(folder.resolve("alone"));
        assertThat(calls).as("some of it may run").containsExactly("start", "stop", "thaw");

        leftStopped();
        forGood().over();
        onStart = () -> forGood().note();
        watch().untilStarted(folder.resolve("alone"));
        assertThat(calls).containsExactly("start", "stop", "thaw", "start", "stop", "thaw");
    }

    @Test
    void aSnapshotStartsNoSiteThatIsNotItsServersAnyMore() {
        note.delete();
        List<TreeSettings> trees = primary.source().trees();
        var still = quiesce().begin(trees);
        try (still) {
            still.stop();
            stopped(FencedNote.Reason.LEASE);
            assertThat(still.fix()).isTrue();
        }
        still.clear();
        assertThat(calls).containsExactly("stop");
        assertThat(note.exists()).isFalse();
    }

    /** A crash would leave it stopped, and nothing would start it. */
    @Test
    void aSiteIsNotStoppedWhereThatCannotBeNoted() throws IOException {
        note.delete();
        try (var still = quiesce().begin(primary.source().trees())) {
            Path file = StateEntry.QUIESCE.in(primary.state);
            Files.createDirectories(file.resolve("in the way"));
            assertThatThrownBy(still::stop)
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
        }
        assertThat(calls).isEmpty();
    }

    /** As on a full disk: the end of the command would leave the site stopped. */
    @Test
    void aLockThatCannotBeMadeIsAnAttemptThatFailed() throws IOException {
        Path lock = StateEntry.QUIESCE_SITE_LOCK.in(primary.state);
        Files.deleteIfExists(lock);
        Files.createDirectories(lock);
        Path alone = Files.createDirectories(folder.resolve("alone"));
        onEvent = () -> delete(lock);

        watch().untilStarted(alone);

        assertThat(events).anyMatch(PrimaryEvent.QuiesceStartFailed.class::isInstance);
        assertThat(calls).containsExactly("start", "thaw");
    }

    private static void delete(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It came with the start, and its stop fails: what runs here is another server's. */
    @Test
    void whatIsToBeStoppedAgainIsTriedUntilThatWorks() {
        onStart = () -> stopped(FencedNote.Reason.LEASE);
        failingStops.set(2);
        watch().untilStarted(folder.resolve("alone"));
        assertThat(calls).containsExactly("start", "stop", "stop", "stop", "thaw");
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isEqualTo(2);
        assertThat(events)
                .filteredOn(PrimaryEvent.QuiesceStartFailed.class::isInstance)
                .allSatisfy(event -> assertThat(((PrimaryEvent.QuiesceStartFailed) event).why())
                        .hasMessageContaining("but some of it may run, and it does not stop: cannot stop the site"));
        assertThat(reported(PrimaryEvent.SiteNotStarted.class)).isEqualTo(1);
        assertThat(note.exists()).isFalse();
    }

    /** The marker came with the start of a snapshot, whose watch goes on with the stop. */
    @Test
    void thatOfASnapshotToo() {
        note.delete();
        onStart = primary::enterBackupMode;
        onStop = () -> failingStops.set(primary.marker.present() && calls.size() < 5 ? 1 : 0);
        try (var still = quiesce().begin(primary.source().trees())) {
            still.stop();
            still.fix();
            assertThat(state.phase()).isEqualTo(SitePhase.STOPPING);
            watch().untilStarted(folder.resolve("alone"));
        }
        assertThat(calls).startsWith("stop", "start", "stop", "stop", "stop");
        assertThat(state.phase().isDown()).isFalse();
    }

    /** An agent was killed in the middle of a start. */
    @Test
    void whatMayRunIsStoppedButForTheSiteOfAStandby() {
        note.write(new QuiesceNote(primary.time.now(), SitePhase.STARTING, Optional.empty()));
        stopped(FencedNote.Reason.LEASE);
        watch().look();
        assertThat(calls).containsExactly("stop", "thaw");

        calls.clear();
        note.write(new QuiesceNote(primary.time.now(), SitePhase.STARTING, Optional.empty()));
        primary.enterBackupMode();
        watch().look();
        assertThat(calls).containsExactly("thaw");
    }

    @Test
    void aRefusalIsReported() {
        forGood().note();
        watch().look();
        assertThat(events)
                .filteredOn(PrimaryEvent.SiteNotStarted.class::isInstance)
                .singleElement()
                .satisfies(event -> assertThat(((PrimaryEvent.SiteNotStarted) event).why())
                        .hasMessage("the site is not started: agent-primary shutdown stopped it for good")
                        .isInstanceOfSatisfying(UnderstudyException.class, why -> {
                            assertThat(why.code()).isEqualTo(ErrorCode.SITE_STOPPED);
                            assertThat(why.hint()).contains("agent-primary quiesce --resume");
                        }));
    }

    /** As one of cron's, after agent-primary shutdown. */
    @Test
    void aSnapshotTouchesNoSiteThatWasStoppedForGood() {
        note.delete();
        forGood().note();
        assertThat(primary.repository.list()).isEmpty();
        take();
        take();
        assertThat(primary.repository.list()).hasSize(2);
        watch().untilStarted(folder.resolve("alone"));
        assertThat(calls).isEmpty();
        assertThat(reported(PrimaryEvent.SiteNotStopped.class)).isEqualTo(2);
    }

    @Test
    void anOperatorHasItStartedAllTheSame() {
        note.delete();
        forGood().note();
        Instant shut = primary.time.now();
        primary.time.advance(Duration.ofMinutes(1));
        SiteResume resume = resume();
        resume.endForGood();
        assertThat(resume.run()).contains(shut);
        assertThat(calls).containsExactly("start", "thaw");
        assertThat(forGood().isSo()).isFalse();
        calls.clear();
        take();
        assertThat(calls).containsExactly("stop", "start");
    }

    /** It would be stopped for good behind that, and the operator hear that it was not stopped. */
    @Test
    void notWhileAnAttemptStopsItOnceMore() {
        onStart = () -> forGood().note();
        onStop = () -> assertThatThrownBy(resume()::endForGood)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED));
        watch().look();
        assertThat(calls).containsExactly("start", "stop", "thaw");
        assertThat(forGood().isSo()).isTrue();
        onStart = () -> {};
        SiteResume resume = resume();
        resume.endForGood();
        assertThat(resume.run()).isPresent();
    }

    @Test
    void itIsOverWithTheNextBootAndWithAnotherEpoch() {
        forGood().note();
        assertThat(forGood().isSo()).isTrue();
        boot = Optional.empty();
        assertThat(forGood().isSo()).as("not known").isTrue();
        boot = Optional.of("the next boot");
        assertThat(forGood().isSo()).isFalse();
        forGood().note();
        primary.epochs.hold(
                new EpochClaim(Optional.of(primary.repository.id()), 3, "a", primary.time.now(), "promote", "other"));
        assertThat(forGood().isSo()).isFalse();
    }

    @Test
    void aNoteOfItThatCannotBeReadCounts() throws IOException {
        forGood().note();
        Files.writeString(StateEntry.SHUTDOWN.in(primary.state), "{");
        assertThat(forGood().isSo()).isTrue();
        assertThat(right().refusal()).isPresent();
    }

    @Test
    void thisHostHasABoot() {
        StoppedForGood real = new StoppedForGood(primary.state, primary.epochs, primary.time.clock());
        real.note();
        assertThat(real.isSo()).isTrue();
        assertThat(forGood().isSo()).as("another boot").isFalse();
    }
}
