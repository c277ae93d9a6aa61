package io.understudy.primary.app;

import io.understudy.config.QuiesceSettings;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.files.MountPoints;
import io.understudy.notify.CommandNotices;
import io.understudy.notify.Notifications;
import io.understudy.primary.capture.Quiesce;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.quiesce.ConfiguredCommands;
import io.understudy.primary.quiesce.QuiesceCommands;
import io.understudy.primary.quiesce.QuiesceNote;
import io.understudy.primary.quiesce.ReflinkProgram;
import io.understudy.primary.quiesce.ResumeWatch;
import io.understudy.primary.quiesce.SiteQuiesce;
import io.understudy.primary.quiesce.SiteResume;
import io.understudy.primary.quiesce.StartRight;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.EpochStore;
import io.understudy.site.Marker;
import io.understudy.site.SiteCommands;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.Optional;

/** Makes what stops the site around the moment of a snapshot, where the configuration says so. */
public final class QuiesceWiring {
    private final Settings settings;
    private final Clock clock = Clock.systemUTC();
    private final Ticker ticker = Ticker.system();

    public QuiesceWiring(Settings settings) {
        this.settings = settings;
    }

    /** Of a command: what people must know of the site. All else the command says itself. */
    public static Events ofCommand(CommandNotices notices) {
        LogSink log = new LogSink();
        Events events = new Events(Clock.systemUTC(), (event, at) -> {
            if (event instanceof PrimaryEvent.QuiesceStartFailed
                    || event instanceof PrimaryEvent.SiteResumed
                    || event instanceof PrimaryEvent.TreeReflinked
                    || event instanceof PrimaryEvent.TreeHardLinked
                    || event instanceof PrimaryEvent.QuiesceLeftover) {
                log.receive(event, at);
            }
        });
        events.add(notices);
        // The command may go on for hours, until the site starts.
        events.add((event, at) -> {
            if (event instanceof PrimaryEvent.QuiesceStartFailed) {
                notices.send();
            }
        });
        return events;
    }

    /** Of a command in its own process. Close it when the command is done. */
    public static CommandNotices notices(Notifications channels) {
        return channels.ofCommand(new PrimaryNotices(new DaemonStatus(Clock.systemUTC()), Optional.empty()));
    }

    /**
     * For a command: starts the site where it was left stopped, and returns when it runs.
     *
     * @throws io.understudy.failure.UnderstudyException {@code COMMAND_FAILED} where the site stays stopped: the thread
     *     was interrupted, or another command tries to start it
     */
    void untilStarted(Events events) {
        watch(events).ifPresent(site -> site.untilStarted(StateEntry.QUIESCE_LOCK.in(settings.state())));
    }

    Quiesce quiesce(Events events) {
        return settings.service()
                .quiesce()
                .<Quiesce>map(each -> new SiteQuiesce(
                        each,
                        commands(each),
                        new ReflinkProgram(runner(), ticker),
                        MountPoints::now,
                        note(),
                        right(),
                        events,
                        clock,
                        ticker))
                .orElse(Quiesce.NONE);
    }

    /** Empty where the site is not stopped for snapshots. */
    public Optional<SiteResume> resume(Events events) {
        return settings.service()
                .quiesce()
                .map(each -> new SiteResume(commands(each), note(), right(), settings.trees(), events, clock));
    }

    Optional<ResumeWatch> watch(Events events) {
        return resume(events)
                .map(each -> new ResumeWatch(each, StateEntry.SNAPSHOT_LOCK.in(settings.state()), events, ticker));
    }

    private StateFile<QuiesceNote> note() {
        return StateFile.in(settings.state(), StateEntry.QUIESCE, QuiesceNote.class);
    }

    /** Before the site is stopped for good: nothing that stopped it for a snapshot starts it any more. */
    void settle() {
        if (settings.service().quiesce().isPresent()) {
            note().write(new QuiesceNote(clock.instant(), true));
        }
    }

    private StartRight right() {
        return new StartRight(settings.state(), new Marker(settings.marker()), new EpochStore(settings.state()));
    }

    private QuiesceCommands commands(QuiesceSettings quiesce) {
        return new ConfiguredCommands(
                quiesce, new SiteCommands(runner(), settings.service().environment(), quiesce.limit()));
    }

    private CommandRunner runner() {
        return new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()), ticker);
    }
}
