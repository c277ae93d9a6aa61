package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.QuiesceSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.MountPoints;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.fence.FencedNote;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.tasks.BoundedCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A site whose commands are recorded, and fail as often as a test says. A start runs in the thread that wants it. */
abstract class QuiesceFixture {
    static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<Event> events = new CopyOnWriteArrayList<>();
    final AtomicInteger failingStarts = new AtomicInteger();
    final AtomicInteger failingStops = new AtomicInteger();
    boolean failingThaw;
    Duration stopping = Duration.ofSeconds(2);
    Runnable onStop = () -> {};
    Runnable onStart = () -> {};
    Runnable onFreeze = () -> {};
    Runnable onThaw = () -> {};
    Runnable onEvent = () -> {};
    boolean links;
    Reflinks reflinks = Reflinks.NONE;
    MountPoints mounts = MountPoints.parse(new byte[0]);
    List<String> freeze = List.of();
    Executor starts = Runnable::run;
    Optional<String> boot = Optional.of("this boot");
    BoundedCall calling = BoundedCall.direct();
    PrimaryFixture primary;
    StateFile<QuiesceNote> note;
    SiteState state;

    @BeforeEach
    final void build() {
        primary = new PrimaryFixture(folder);
        note = StateFile.in(primary.state, StateEntry.QUIESCE, QuiesceNote.class);
        state = new SiteState(primary.state, primary.time.clock());
    }

    private final class Commands implements QuiesceCommands {
        @Override
        public void stop() {
            assertThat(state.phase()).as("noted before the site is stopped").isEqualTo(SitePhase.STOPPING);
            calls.add("stop");
            onStop.run();
            primary.time.advance(stopping);
            if (failingStops.getAndDecrement() > 0) {
                throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot stop the site", "look");
            }
        }

        @Override
        public void start() {
            assertThat(state.phase()).as("noted before the site is started").isEqualTo(SitePhase.STARTING);
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
            onFreeze.run();
        }

        @Override
        public void thaw() {
            calls.add("thaw");
            onThaw.run();
            if (failingThaw) {
                throw new UnderstudyException(ErrorCode.COMMAND_TIMEOUT, "cannot thaw", "look");
            }
        }
    }

    /** What an agent left that was killed while the site was quiet. */
    final void leftStopped() {
        leftStopped(primary.time.now());
    }

    final void leftStopped(Instant when) {
        note.write(new QuiesceNote(when, SitePhase.QUIET, right().fence()));
    }

    final Events sink() {
        return new Events(primary.time.clock(), (event, at) -> {
            events.add(event);
            onEvent.run();
        });
    }

    final StoppedForGood forGood() {
        return new StoppedForGood(primary.state, primary.epochs, () -> boot, primary.time.clock());
    }

    final StartRight right() {
        return new StartRight(primary.state, primary.marker, primary.epochs, forGood());
    }

    final SiteTurn turn() {
        return new SiteTurn(primary.state, LIMIT, primary.time);
    }

    final SiteResume resume() {
        return new SiteResume(
                new Commands(),
                state,
                turn(),
                right(),
                new EpochQuestion(primary.epochs, () -> primary.repository, calling),
                primary.source().trees(),
                sink());
    }

    final ResumeWatch watch() {
        return new ResumeWatch(resume(), StateEntry.SNAPSHOT_LOCK.in(primary.state), sink(), primary.time);
    }

    final SiteQuiesce quiesce() {
        QuiesceSettings settings = new QuiesceSettings(
                List.of("stop"),
                List.of("start"),
                LIMIT,
                links,
                freeze,
                freeze,
                freeze.isEmpty() ? Map.of() : Map.of("media", folder.resolve("frozen")));
        return new SiteQuiesce(
                settings,
                new SiteQuiesce.Site(new Commands(), state, turn(), right()),
                resume(),
                reflinks,
                () -> mounts,
                sink(),
                primary.time,
                starts);
    }

    final Taken take() {
        return taker().take(SnapshotRequest.of(List.of("daily")), Progress.none());
    }

    final SnapshotTaker taker() {
        SnapshotSource source = primary.source();
        SnapshotSource quiet = new SnapshotSource(
                source.server(),
                source.version(),
                source.database(),
                source.files(),
                source.trees(),
                source.processors(),
                source.clock(),
                source.ticker(),
                quiesce(),
                List.of());
        return new SnapshotTaker(
                primary.state,
                primary.marker,
                primary.epochs,
                () -> primary.repository,
                () -> primary.key,
                quiet,
                sink());
    }

    final List<String> paths(Taken taken) {
        try (Stream<IndexEntry> index =
                TreeIndex.read(taken.manifest().trees().get(0).index(), primary.repository.blobs())) {
            return index.map(entry -> entry.entry().path().toString()).toList();
        }
    }

    final void write(String name, String text) {
        try {
            Files.deleteIfExists(primary.media.resolve(name));
            Files.writeString(primary.media.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final long starts() {
        return calls.stream().filter("start"::equals).count();
    }

    final long reported(Class<? extends Event> event) {
        return events.stream().filter(event::isInstance).count();
    }

    final void fenced() {
        primary.promoteAnother(2);
        assertThatThrownBy(() -> primary.epochs.require(primary.repository))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
    }

    final void stopped(FencedNote.Reason reason) {
        SiteStopping.note(primary.state).write(new FencedNote(1, reason, primary.time.now(), boot));
    }
}
