package io.understudy.primary.quiesce;

import io.understudy.config.QuiesceSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.MountPoints;
import io.understudy.primary.capture.Quiesce;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.state.StateFile;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.GrowingPause;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the site by its own command around the moment of a snapshot, and starts it whatever happens. A durable note is
 * written before the site is stopped and deleted when it runs again, so that after a crash the next agent starts it. A
 * start that fails is tried again while the snapshot goes on, and from then on by {@link ResumeWatch} until it works.
 *
 * <p>More than 300 lines, for what is done to the site of one snapshot shares one lock.
 */
public final class SiteQuiesce implements Quiesce {
    private static final Logger LOG = LoggerFactory.getLogger(SiteQuiesce.class);

    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final QuiesceSettings settings;
    private final QuiesceCommands commands;
    private final StateFile<QuiesceNote> note;
    private final StartRight right;
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
            StartRight right,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.settings = settings;
        this.commands = commands;
        this.reflinks = reflinks;
        this.mounts = mounts;
        this.note = note;
        this.right = right;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    @Override
    public Duration patience() {
        return note.exists() ? settings.limit().plus(MARGIN) : Duration.ZERO;
    }

    @Override
    public Still begin(List<TreeSettings> trees) {
        // What a crash left: the site may be stopped, and what is frozen is of another moment.
        Optional<Instant> stopped = Optional.empty();
        if (note.exists()) {
            Instant since = note.read().map(QuiesceNote::stopped).orElseGet(clock::instant);
            try {
                new SiteResume(commands, note, right, trees, events, clock).run();
            } catch (UnderstudyException e) {
                if (e.code() == ErrorCode.CANCELLED) {
                    throw e;
                }
                // A site that cannot be started is no reason to be without a snapshot, too.
                events.report(new PrimaryEvent.QuiesceStartFailed(e));
                stopped = Optional.of(since);
            }
        }
        return new Around(trees, stopped);
    }

    /** One snapshot. */
    private final class Around implements Still {
        private final List<TreeSettings> live;
        private final ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("quiesce"));
        private final GrowingPause pause = new GrowingPause(ticker);
        private final List<PrimaryEvent> fixed = new ArrayList<>();
        private volatile List<TreeSettings> trees;
        /** When it was stopped; empty where it runs. */
        private Optional<Instant> stopped;
        /** Stopped, and no start has been tried since. */
        private boolean quiet;

        private boolean frozen;
        /** The note that it runs, as this snapshot found or wrote it. */
        private Optional<QuiesceNote> settled;

        private boolean late;
        private boolean over;
        private long since = ticker.nanos();
        private Duration down = Duration.ZERO;
        private Optional<Thread> retry = Optional.empty();

        Around(List<TreeSettings> trees, Optional<Instant> stopped) {
            this.live = List.copyOf(trees);
            this.trees = live;
            this.stopped = stopped;
            // Of a snapshot that was killed, and could not be thawed yet.
            this.frozen = note.exists();
            this.settled = note.read();
        }

        @Override
        public synchronized void stop() {
            if (quiet) {
                return;
            }
            requireLinks();
            requireNotForGood();
            Instant when = stopped.orElseGet(clock::instant);
            // Without it nothing would start the site after a crash: it is not stopped then.
            note.keep(new QuiesceNote(when, false));
            PrimaryPoint.QUIESCE_NOTED.reached();
            count();
            stopped = Optional.of(when);
            quiet = true;
            late = false;
            since = ticker.nanos();
            long turn = since;
            watch.schedule(() -> tooLate(turn), settings.limit().toMillis(), TimeUnit.MILLISECONDS);
            try {
                commands.stop();
                PrimaryPoint.SITE_QUIET.reached();
            } catch (RuntimeException e) {
                start();
                throw e;
            }
        }

        /** The note of one that is stopped for good stays: behind it nothing starts the site. */
        private void requireNotForGood() {
            Optional<QuiesceNote> now = note.read();
            if (now.filter(QuiesceNote::running).isPresent() && !now.equals(settled)) {
                throw right.refusal().orElseThrow();
            }
        }

        private void settle(Instant when) {
            note.write(new QuiesceNote(when, true));
            settled = note.read();
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
            if (quiet && turn == since) {
                late = true;
                start();
            }
        }

        @Override
        public synchronized void requireStill() {
            if (late) {
                throw new UnderstudyException(
                        ErrorCode.COMMAND_TIMEOUT,
                        "cannot take a snapshot of the quiet site: it was stopped for "
                                + settings.limit().toSeconds() + " s before the moment was taken, and started again",
                        "raise quiesce.limit, or look what takes so long: locks of other sessions, the command that stops the"
                                + " site, a dump that is whole within it (databases[].quiesce)");
            }
        }

        @Override
        public synchronized boolean fix() {
            requireStill();
            if (!quiet) {
                return false;
            }
            try {
                fixTrees();
            } finally {
                start();
            }
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

        /** The snapshot goes on where this fails, and it is tried again until the snapshot is over. */
        private void start() {
            quiet = false;
            if (!started() && !over && retry.isEmpty()) {
                Thread again = DaemonThreads.named("quiesce-start").newThread(this::startUntilOver);
                retry = Optional.of(again);
                again.start();
            }
        }

        private void startUntilOver() {
            try {
                while (true) {
                    ticker.sleep(pauseAfterFailure());
                    synchronized (this) {
                        // Stopped again for another moment: that one's start goes first.
                        if (over || !quiet && (stopped.isEmpty() || started())) {
                            retry = Optional.empty();
                            return;
                        }
                    }
                }
            } catch (InterruptedException e) {
                // The snapshot is over.
            }
        }

        private synchronized Duration pauseAfterFailure() {
            return pause.failed();
        }

        /** Also in a thread that was interrupted: the site is not left for that. */
        private boolean started() {
            boolean interrupted = Thread.interrupted();
            try {
                if (isRefused()) {
                    return true;
                }
                Uninterrupted.run("quiesce-starting", commands::start);
                if (isRefused()) {
                    commands.stop();
                    return true;
                }
                ran();
                return true;
            } catch (RuntimeException e) {
                events.report(new PrimaryEvent.QuiesceStartFailed(Unexpected.of("start the site", e)));
                return false;
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /** Then it stays stopped for good, as a fenced server's site does. */
        private boolean isRefused() {
            Optional<UnderstudyException> refusal = right.refusal();
            refusal.ifPresent(why -> {
                LOG.warn("{}; hint: {}", why.getMessage(), why.hint());
                settle(stopped.orElseGet(clock::instant));
                count();
                stopped = Optional.empty();
            });
            return refusal.isPresent();
        }

        private void ran() {
            Instant when = stopped.orElseGet(clock::instant);
            Duration took = count();
            stopped = Optional.empty();
            settle(when);
            PrimaryPoint.SITE_STARTED.reached();
            events.report(new PrimaryEvent.SiteWasQuiet(took));
        }

        /** Adds the time for which it was stopped by now. */
        private Duration count() {
            Duration took = stopped.isEmpty() ? Duration.ZERO : ticker.since(since);
            down = down.plus(took);
            since = ticker.nanos();
            return took;
        }

        private void thaw() {
            if (frozen && !settings.thaw().isEmpty()) {
                commands.thaw();
            }
            frozen = false;
        }

        @Override
        public List<TreeSettings> trees() {
            return trees;
        }

        @Override
        public synchronized Optional<Duration> down() {
            return Optional.of(stopped.isEmpty() ? down : down.plus(ticker.since(since)));
        }

        /** What cannot be removed is left to the next snapshot; a site that cannot be started is the worse failure. */
        @Override
        public synchronized void close() {
            over = true;
            watch.shutdownNow();
            retry.ifPresent(Thread::interrupt);
            boolean interrupted = Thread.interrupted();
            try {
                if (stopped.isPresent()) {
                    start();
                }
                if (frozen && settings.fixesByLinks()) {
                    live.forEach(LinkFarm::remove);
                }
                thaw();
                if (stopped.isEmpty()) {
                    note.delete();
                }
            } catch (UnderstudyException e) {
                events.report(new PrimaryEvent.QuiesceLeftover(e));
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
