package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.config.QuiesceSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.MountPoints;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The site is stopped around the moment of a snapshot, and started whatever happens. */
class SiteQuiesceTest {
    @TempDir
    Path folder;

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<Event> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger failingStarts = new AtomicInteger();
    private boolean failingThaw;
    private Duration stopping = Duration.ofSeconds(2);
    private boolean failingStop;
    private Runnable onStart = () -> {};
    private boolean links;
    private Reflinks reflinks = Reflinks.NONE;
    private MountPoints mounts = MountPoints.parse(new byte[0]);
    private List<String> freeze = List.of();
    private PrimaryFixture primary;
    private StateFile<QuiesceNote> note;

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        note = StateFile.in(primary.state, StateEntry.QUIESCE, QuiesceNote.class);
    }

    private final class Commands implements QuiesceCommands {
        @Override
        public void stop() {
            assertThat(note.read()).as("written before the site is stopped").isPresent();
            calls.add("stop");
            primary.time.advance(stopping);
            if (failingStop) {
                throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot stop the site", "look");
            }
        }

        @Override
        public void start() {
            calls.add("start");
            onStart.run();
            primary.time.advance(Duration.ofSeconds(1));
            if (failingStarts.getAndDecrement() > 0) {
                throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot start the site", "look");
            }
        }

        @Override
        public void freeze() {
            calls.add("freeze");
        }

        @Override
        public void thaw() {
            calls.add("thaw");
            if (failingThaw) {
                throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot thaw", "look");
            }
        }
    }

    private Events events() {
        return new Events(primary.time.clock(), (event, at) -> told.add(event));
    }

    private SiteQuiesce quiesce() {
        QuiesceSettings settings = new QuiesceSettings(
                List.of("stop"),
                List.of("start"),
                Duration.ofMinutes(5),
                links,
                freeze,
                freeze,
                freeze.isEmpty() ? Map.of() : Map.of("media", folder.resolve("frozen")));
        return new SiteQuiesce(
                settings,
                new Commands(),
                reflinks,
                () -> mounts,
                note,
                right(),
                events(),
                primary.time.clock(),
                primary.time);
    }

    private Taken take() {
        return taker().take(SnapshotRequest.of(List.of("daily")), Progress.none());
    }

    private SnapshotTaker taker() {
        SnapshotSource quiet = primary.source(primary.database, quiesce());
        return primary.taker(quiet, events());
    }

    private List<String> paths(Taken taken) {
        try (Stream<IndexEntry> index =
                TreeIndex.read(taken.manifest().trees().get(0).index(), primary.repository.blobs())) {
            return index.map(entry -> entry.entry().path().toString()).toList();
        }
    }

    private void write(String name, String text) {
        try {
            Files.deleteIfExists(primary.media.resolve(name));
            Files.writeString(primary.media.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSiteIsStoppedForTheMomentAlone() {
        primary.database.moments(() -> calls.add("moment"));
        primary.database.during(() -> calls.add("read"));

        Taken taken = take();

        assertThat(calls).containsExactly("stop", "start", "moment", "read");
        assertThat(taken.down()).contains(Duration.ofSeconds(3));
        assertThat(note.exists()).isFalse();
        assertThat(told).contains(new PrimaryEvent.SiteWasQuiet(Duration.ofSeconds(3)));
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
        failingStop = true;
        assertThatThrownBy(this::take).hasMessage("cannot stop the site");
        assertThat(calls).containsExactly("stop", "start");
        assertThat(note.exists()).isFalse();
    }

    private long starts() {
        return calls.stream().filter("start"::equals).count();
    }

    private long reported(Class<? extends Event> event) {
        return told.stream().filter(event::isInstance).count();
    }

    /** Nothing waits for it: the snapshot goes on. */
    @Test
    void aStartThatFailsIsTriedAgainWhileTheSnapshotGoesOn() {
        failingStarts.set(3);
        primary.database.moments(() -> {});
        primary.database.during(() -> await("the fourth start").until(() -> starts() == 4));

        take();

        assertThat(calls).containsExactly("stop", "start", "start", "start", "start");
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isEqualTo(3);
        assertThat(reported(PrimaryEvent.SiteWasQuiet.class)).isEqualTo(1);
        assertThat(primary.time.pauses())
                .containsSubsequence(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(note.exists()).isFalse();
    }

    /** The note stays, and the agent's watch goes on until it works. */
    @Test
    void aSiteThatCannotBeStartedCostsNoSnapshotAndIsTriedUntilItWorks() {
        failingStarts.set(Integer.MAX_VALUE);
        primary.database.moments(() -> {});
        Taken taken = take();
        assertThat(primary.repository.list()).contains(taken.manifest().snapshot());
        assertThat(taken.down().orElseThrow()).isPositive();
        assertThat(note.read().orElseThrow().running()).isFalse();
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

    /** It is stopped once more, for part of it may run. */
    @Test
    void aSiteThatWasLeftStoppedAndCannotBeStartedIsNoReasonToBeWithoutASnapshot() {
        Instant stopped = primary.time.now();
        note.write(new QuiesceNote(stopped, false));
        primary.time.advance(Duration.ofHours(1));
        failingStarts.set(1);
        primary.database.moments(() -> calls.add("moment"));
        onStart = () -> assertThat(note.read().orElseThrow().stopped()).isEqualTo(stopped);

        take();

        assertThat(calls).containsExactly("start", "stop", "start", "moment");
        assertThat(reported(PrimaryEvent.QuiesceStartFailed.class)).isEqualTo(1);
        assertThat(note.exists()).isFalse();
    }

    @Test
    void aCommandStartsItUntilThatWorksWithPausesOfUpToAMinute() {
        note.write(new QuiesceNote(primary.time.now(), false));
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
        note.write(new QuiesceNote(primary.time.now(), false));
        failingStarts.set(Integer.MAX_VALUE);
        onStart = () -> {
            if (starts() == 3) {
                Thread.currentThread().interrupt();
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
        assertThat(note.read().orElseThrow().running()).isFalse();
    }

    /** Those of cron's do not gather where a site stays stopped for days. */
    @Test
    void oneCommandAloneTriesIt() {
        note.write(new QuiesceNote(primary.time.now(), false));
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
        note.write(new QuiesceNote(primary.time.now(), false));
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

    private ResumeWatch watch() {
        return new ResumeWatch(resume(), StateEntry.SNAPSHOT_LOCK.in(primary.state), events(), primary.time);
    }

    private StartRight right() {
        return new StartRight(primary.state, primary.marker, primary.epochs);
    }

    private SiteResume resume() {
        return new SiteResume(new Commands(), note, right(), primary.source().trees(), events(), primary.time.clock());
    }

    @Test
    void theNextAgentStartsASiteThatAKilledOneHadStopped() {
        note.write(new QuiesceNote(primary.time.now(), false));
        ProcessLock snapshot = ProcessLock.tryAcquire(StateEntry.SNAPSHOT_LOCK.in(primary.state))
                .orElseThrow();
        watch().look();
        assertThat(calls).as("a snapshot is being taken").isEmpty();
        snapshot.close();

        watch().look();

        assertThat(calls).containsExactly("start", "thaw");
        assertThat(note.exists()).isFalse();
        assertThat(resume().run()).isEmpty();
    }

    @Test
    void theNextSnapshotStartsItFirstToo() {
        note.write(new QuiesceNote(primary.time.now(), false));
        take();
        assertThat(calls).startsWith("start", "thaw", "stop");
    }

    @Test
    void linkedFilesAreReadAsTheyWereAtTheMoment() {
        links = true;
        write("b.txt", "before");
        primary.database.moments(() -> {});
        onStart = () -> {
            write("a.txt", "replaced behind the moment");
            write("c.txt", "came behind the moment");
        };

        Taken taken = take();

        assertThat(paths(taken)).containsExactly(".", "a.txt", "b.txt");
        assertThat(taken.manifest().totals().fileBytes()).isEqualTo("upload".length() + "before".length());
        assertThat(primary.media.resolve(".understudy/frozen")).doesNotExist();
    }

    /** As a file system with reflinks: what is copied is another file. */
    @Test
    void reflinkedFilesAreReadAsTheyWereThoughTheyAreChangedInPlace() {
        links = true;
        reflinks = SiteQuiesceTest::copied;
        primary.database.moments(() -> {});
        onStart = () -> inPlace("a.txt", "a change in place");

        Taken taken = take();

        assertThat(taken.manifest().totals().fileBytes()).isEqualTo("upload".length());
        assertThat(told).contains(new PrimaryEvent.TreeReflinked("media"));
        assertThat(primary.media.resolve(".understudy/frozen")).doesNotExist();
    }

    /** Half a copy is none. */
    @Test
    void whereReflinksEndInTheMiddleAllFilesAreLinked() {
        links = true;
        write("b.txt", "before");
        reflinks = (entries, folder, limit) -> {
            assertThat(limit).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
            copied(entries.subList(0, 1), folder, limit);
            return false;
        };
        primary.database.moments(() -> {});
        onStart = () -> inPlace("a.txt", "a change in place");

        Taken taken = take();

        assertThat(paths(taken)).containsExactly(".", "a.txt", "b.txt");
        assertThat(taken.manifest().totals().fileBytes())
                .as("a hard link shares the change")
                .isEqualTo("a change in place".length() + "before".length());
        assertThat(told).contains(new PrimaryEvent.TreeHardLinked("media"));
    }

    /** No link leads to another file system; nothing is stopped to find that out. */
    @Test
    void aTreeWithAnotherFileSystemInItIsRefusedBeforeTheSiteIsStopped() throws IOException {
        links = true;
        Path film = primary.media.toRealPath().resolve("film 2026");
        mounts = OneFileSystemTest.mountedAt(film);

        assertThatThrownBy(this::take)
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FILE_UNSUPPORTED);
                    assertThat(e.hint()).contains("quiesce.files: walk");
                })
                .hasMessageContaining("tree media")
                .hasMessageContaining(film + " is another file system");
        assertThat(calls).isEmpty();
        assertThat(note.exists()).isFalse();
    }

    private void inPlace(String name, String text) {
        try {
            Files.writeString(primary.media.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean copied(List<Path> entries, Path folder, Duration limit) {
        entries.forEach(entry -> {
            try {
                Files.copy(
                        entry,
                        folder.resolve(entry.getFileName()),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return true;
    }

    /** Millions of links take their time, too. */
    @Test
    void theSiteIsStartedWhenItsFilesAreNotLinkedWithinTheLimit() {
        links = true;
        stopping = Duration.ofMinutes(6);
        primary.database.moments(() -> {});

        assertThatThrownBy(this::take)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_TIMEOUT))
                .hasMessageContaining("300 s before all its files were linked");

        assertThat(calls).containsExactly("stop", "start");
        assertThat(note.exists()).isFalse();
        assertThat(primary.media.resolve(".understudy/frozen")).doesNotExist();
    }

    @Test
    void aLinkFarmHasFoldersLinksAndTimes() throws IOException {
        Files.createDirectory(primary.media.resolve("sub"));
        write("sub/deep.txt", "x");
        Files.createSymbolicLink(primary.media.resolve("link"), Path.of("a.txt"));
        TreeSettings tree = primary.source().trees().get(0);

        Path farm = LinkFarm.make(tree, Reflinks.NONE, () -> Duration.ofMinutes(1), () -> {})
                .folder();

        assertThat(Files.readSymbolicLink(farm.resolve("link"))).isEqualTo(Path.of("a.txt"));
        for (String path : List.of("sub", "sub/deep.txt")) {
            assertThat(Files.readAttributes(
                            farm.resolve(path), "unix:mode,lastModifiedTime,uid", LinkOption.NOFOLLOW_LINKS))
                    .isEqualTo(Files.readAttributes(
                            primary.media.resolve(path), "unix:mode,lastModifiedTime,uid", LinkOption.NOFOLLOW_LINKS));
        }
        LinkFarm.remove(tree);
        assertThat(primary.media.resolve("a.txt")).hasContent("upload");
    }

    /** Another snapshot with the same name would be refused. */
    @Test
    void whatAKilledSnapshotFrozeIsThawedThoughTheSiteDoesNotStart() throws IOException {
        freeze = List.of("do");
        Files.createDirectory(folder.resolve("frozen"));
        note.write(new QuiesceNote(primary.time.now(), false));
        failingStarts.set(1);
        primary.database.moments(() -> calls.add("moment"));

        take();

        assertThat(calls).containsExactly("start", "stop", "thaw", "freeze", "start", "moment", "thaw");
        assertThat(note.exists()).isFalse();
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

        try (var still = quiesce().begin(primary.source().trees())) {
            still.stop();
            still.fix();
            assertThat(Thread.interrupted()).isTrue();
        }

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

        note.write(new QuiesceNote(begun, false));
        assertThatThrownBy(this::take).hasMessageContaining("cannot take a snapshot: process ");
        assertThat(Duration.between(begun, primary.time.now()))
                .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(5).plusSeconds(11));
        other.close();
    }

    @Test
    void hooksFreezeAndThaw() throws IOException {
        freeze = List.of("do");
        Files.createDirectory(folder.resolve("frozen"));
        Files.writeString(folder.resolve("frozen/only.txt"), "frozen");
        primary.database.moments(() -> calls.add("moment"));

        Taken taken = take();

        assertThat(calls).containsExactly("stop", "freeze", "start", "moment", "thaw");
        assertThat(paths(taken)).containsExactly(".", "only.txt");
    }

    @Test
    void continuousSnapshotsLeaveTheSiteAlone() {
        take();
        calls.clear();
        primary.database.rows("1\tfirst", "2\tsecond");

        assertThat(taker().takeIfChanged(Progress.none()).taken()).isPresent();

        assertThat(calls).isEmpty();
    }
}
