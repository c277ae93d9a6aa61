package io.understudy.primary.quiesce;

import io.understudy.config.QuiesceSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.MountPoints;
import io.understudy.primary.capture.Quiesce;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.state.StateFile;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stops the site by its own command around the moment of a snapshot, and starts it whatever happens. A durable note is
 * written before the site is stopped and deleted when it runs again, so that after a crash the next agent starts it. A
 * start that fails is tried again a few times here, and by {@link SiteResume} until it works.
 */
public final class SiteQuiesce implements Quiesce {
    private static final int STARTS = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private final QuiesceSettings settings;
    private final QuiesceCommands commands;
    private final StateFile<QuiesceNote> note;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;
    private final Reflinks reflinks;
    private final Supplier<MountPoints> mounts;

    public SiteQuiesce(
            QuiesceSettings settings,
            QuiesceCommands commands,
            Reflinks reflinks,
            Supplier<MountPoints> mounts,
            StateFile<QuiesceNote> note,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.settings = settings;
        this.commands = commands;
        this.reflinks = reflinks;
        this.mounts = mounts;
        this.note = note;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    @Override
    public Still begin(List<TreeSettings> trees) {
        // What a crash left: the site may be stopped, and what is frozen is of another moment.
        if (note.exists()) {
            new SiteResume(commands, note, trees, events, clock).run();
        }
        return new Around(trees);
    }

    /** One snapshot. */
    private final class Around implements Still {
        private final List<TreeSettings> live;
        private final ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("quiesce"));
        private List<TreeSettings> trees;
        private boolean stopped;
        private boolean frozen;
        private boolean late;
        private long since;
        private Duration down = Duration.ZERO;
        private final List<PrimaryEvent> fixed = new ArrayList<>();

        Around(List<TreeSettings> trees) {
            this.live = List.copyOf(trees);
            this.trees = live;
        }

        @Override
        public synchronized void stop() {
            if (stopped) {
                return;
            }
            requireLinks();
            note.write(new QuiesceNote(clock.instant(), false));
            PrimaryPoint.QUIESCE_NOTED.reached();
            stopped = true;
            late = false;
            since = ticker.nanos();
            long turn = since;
            watch.schedule(() -> tooLate(turn), settings.limit().toMillis(), TimeUnit.MILLISECONDS);
            try {
                commands.stop();
                PrimaryPoint.SITE_QUIET.reached();
            } catch (RuntimeException e) {
                startAfter(e);
                throw e;
            }
        }

        /** Before the site is stopped for nothing. */
        private void requireLinks() {
            if (settings.fixesByLinks()) {
                MountPoints now = mounts.get();
                linked().forEach(tree -> OneFileSystem.require(tree, now));
            }
        }

        private Stream<TreeSettings> linked() {
            return live.stream().filter(tree -> !tree.kind().isOfBucket());
        }

        /** The site does not wait longer, whatever the snapshot does. */
        private synchronized void tooLate(long turn) {
            if (stopped && turn == since) {
                late = true;
                try {
                    start();
                } catch (UnderstudyException e) {
                    events.report(new PrimaryEvent.QuiesceStartFailed(e));
                }
            }
        }

        @Override
        public synchronized boolean fix() {
            if (late) {
                throw new UnderstudyException(
                        ErrorCode.COMMAND_TIMEOUT,
                        "cannot take a snapshot of the quiet site: it was stopped for "
                                + settings.limit().toSeconds() + " s before the moment was taken, and started again",
                        "raise quiesce.limit, or look what takes so long: locks of other sessions, the command that stops the site");
            }
            if (!stopped) {
                return false;
            }
            try {
                fixTrees();
            } catch (RuntimeException e) {
                startAfter(e);
                throw e;
            }
            start();
            fixed.forEach(events::report);
            return true;
        }

        private void fixTrees() {
            fixed.clear();
            Map<String, Path> places = settings.frozen();
            if (!settings.freeze().isEmpty()) {
                thaw();
                frozen = true;
                commands.freeze();
            } else if (settings.links()) {
                frozen = true;
                places = linked().collect(Collectors.toMap(TreeSettings::name, this::farm));
            }
            Map<String, Path> frozenPlaces = places;
            trees = live.stream()
                    .map(tree -> Optional.ofNullable(frozenPlaces.get(tree.name()))
                            .map(tree::at)
                            .orElse(tree))
                    .toList();
        }

        private Path farm(TreeSettings tree) {
            LinkFarm.Made made =
                    LinkFarm.make(tree, reflinks, () -> settings.limit().minus(ticker.since(since)), this::requireTime);
            fixed.add(
                    made.reflinks()
                            ? new PrimaryEvent.TreeReflinked(tree.name())
                            : new PrimaryEvent.TreeHardLinked(tree.name()));
            return made.folder();
        }

        /** While files are linked the watch waits; the site does not wait longer for it than that. */
        private void requireTime() {
            if (ticker.since(since).compareTo(settings.limit()) > 0) {
                throw new UnderstudyException(
                        ErrorCode.COMMAND_TIMEOUT,
                        "cannot take a snapshot of the quiet site: it was stopped for "
                                + settings.limit().toSeconds()
                                + " s before all its files were linked, and started again",
                        "raise quiesce.limit, or set quiesce.freeze in place of files: link for large trees");
            }
        }

        private void startAfter(RuntimeException failure) {
            try {
                start();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }

        /** Also in a thread that was interrupted: the site is not left for that. */
        private void start() {
            boolean interrupted = Thread.interrupted();
            try {
                Duration pause = FIRST_PAUSE;
                for (int attempt = 1; ; attempt++) {
                    try {
                        commands.start();
                        break;
                    } catch (UnderstudyException e) {
                        if (attempt == STARTS) {
                            throw e;
                        }
                        events.report(new PrimaryEvent.QuiesceStartFailed(e));
                        ticker.pause(pause, "start the site again");
                        pause = pause.multipliedBy(2);
                    }
                }
                stopped = false;
                Duration took = ticker.since(since);
                down = down.plus(took);
                note.write(new QuiesceNote(clock.instant(), true));
                PrimaryPoint.SITE_STARTED.reached();
                events.report(new PrimaryEvent.SiteWasQuiet(took));
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private void thaw() {
            if (frozen && !settings.thaw().isEmpty()) {
                commands.thaw();
            }
            frozen = false;
        }

        @Override
        public synchronized List<TreeSettings> trees() {
            return trees;
        }

        @Override
        public synchronized Optional<Duration> down() {
            return Optional.of(down);
        }

        /** What cannot be removed is left to the next snapshot; a site that cannot be started is the worse failure. */
        @Override
        public synchronized void close() {
            watch.shutdownNow();
            boolean interrupted = Thread.interrupted();
            try {
                if (stopped) {
                    start();
                }
                if (frozen && settings.fixesByLinks()) {
                    live.forEach(LinkFarm::remove);
                }
                thaw();
                note.delete();
            } catch (UnderstudyException e) {
                events.report(stopped ? new PrimaryEvent.QuiesceStartFailed(e) : new PrimaryEvent.QuiesceLeftover(e));
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
