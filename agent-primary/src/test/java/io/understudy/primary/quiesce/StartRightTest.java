package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.QuiesceSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.MountPoints;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.FencedNote;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site that a snapshot stopped is not started where this server may not run it any more. */
class StartRightTest {
    @TempDir
    Path folder;

    private final List<String> calls = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private Runnable onStart = () -> {};
    private Runnable onEvent = () -> {};
    private PrimaryFixture primary;
    private StateFile<QuiesceNote> note;

    @BeforeEach
    void stoppedSite() {
        primary = new PrimaryFixture(folder);
        note = StateFile.in(primary.state, StateEntry.QUIESCE, QuiesceNote.class);
        note.write(new QuiesceNote(primary.time.now(), false));
    }

    private final class Commands implements QuiesceCommands {
        @Override
        public void stop() {
            calls.add("stop");
        }

        @Override
        public void start() {
            calls.add("start");
            onStart.run();
        }

        @Override
        public void freeze() {}

        @Override
        public void thaw() {
            calls.add("thaw");
        }
    }

    private StartRight right() {
        return new StartRight(primary.state, primary.marker, primary.epochs);
    }

    private Events sink() {
        return new Events(primary.time.clock(), (event, at) -> {
            events.add(event);
            onEvent.run();
        });
    }

    private SiteResume resume() {
        return new SiteResume(new Commands(), note, right(), List.of(), sink(), primary.time.clock());
    }

    private ResumeWatch watch() {
        return new ResumeWatch(resume(), StateEntry.SNAPSHOT_LOCK.in(primary.state), sink(), primary.time);
    }

    private void fenced() {
        primary.promoteAnother(2);
        assertThatThrownBy(() -> primary.epochs.require(primary.repository))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
    }

    private void stopped(FencedNote.Reason reason) {
        SiteStopping.note(primary.state).write(new FencedNote(1, reason, primary.time.now()));
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
        SiteStopping.note(primary.state).write(new FencedNote(7, FencedNote.Reason.OVERTAKEN, primary.time.now()));
        assertThat(resume().run()).isPresent();
    }

    /** As of a lease that was over once: the operator started the site, and snapshots stopped and started it since. */
    @Test
    void aNoteOfBeforeTheSiteWasStoppedRefusesNothing() {
        stopped(FencedNote.Reason.LEASE);
        primary.time.advance(Duration.ofSeconds(1));
        note.write(new QuiesceNote(primary.time.now(), false));
        assertThat(resume().run()).isPresent();
        calls.clear();

        try (var still = quiesce().begin(primary.source().trees())) {
            still.stop();
            assertThat(still.fix()).isTrue();
        }

        assertThat(calls).containsExactly("stop", "start");
    }

    /** By agent-primary shutdown, before the snapshot came to its moment. */
    @Test
    void aSnapshotDoesNotStopWhatWasStoppedForGood() {
        note.delete();
        try (var still = quiesce().begin(primary.source().trees())) {
            note.write(new QuiesceNote(primary.time.now(), true));
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
            note.write(new QuiesceNote(primary.time.now(), true));
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
            note.write(note.read().orElseThrow().settled());
            throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot start the site", "look");
        };
        watch().untilStarted(folder.resolve("alone"));
        assertThat(calls).containsExactly("start");

        note.write(new QuiesceNote(primary.time.now(), false));
        onStart = () -> note.write(note.read().orElseThrow().settled());
        watch().untilStarted(folder.resolve("alone"));
        assertThat(calls).containsExactly("start", "start", "stop", "thaw");
    }

    private SiteQuiesce quiesce() {
        QuiesceSettings settings = new QuiesceSettings(
                List.of("stop"), List.of("start"), Duration.ofMinutes(5), false, List.of(), List.of(), Map.of());
        return new SiteQuiesce(
                settings,
                new Commands(),
                Reflinks.NONE,
                () -> MountPoints.parse(new byte[0]),
                note,
                right(),
                sink(),
                primary.time.clock(),
                primary.time);
    }

    @Test
    void aSnapshotStartsNoSiteThatIsNotItsServersAnyMore() {
        note.delete();
        List<TreeSettings> trees = primary.source().trees();
        try (var still = quiesce().begin(trees)) {
            still.stop();
            stopped(FencedNote.Reason.LEASE);
            assertThat(still.fix()).isTrue();
        }
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
        Path lock = StateEntry.SNAPSHOT_LOCK.in(primary.state);
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
}
