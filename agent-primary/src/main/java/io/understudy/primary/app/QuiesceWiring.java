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
import io.understudy.primary.quiesce.EpochQuestion;
import io.understudy.primary.quiesce.QuiesceCommands;
import io.understudy.primary.quiesce.ReflinkProgram;
import io.understudy.primary.quiesce.ResumeWatch;
import io.understudy.primary.quiesce.SiteQuiesce;
import io.understudy.primary.quiesce.SiteResume;
import io.understudy.primary.quiesce.SiteState;
import io.understudy.primary.quiesce.SiteTurn;
import io.understudy.primary.quiesce.StartRight;
import io.understudy.primary.quiesce.StoppedForGood;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.site.Marker;
import io.understudy.site.SiteCommands;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes what stops the site around the moment of a snapshot, where the configuration says so. */
public final class QuiesceWiring {
    private final Settings settings;
    private final Ticker ticker = Ticker.system();
    private final EpochQuestion question;
    private final SiteState site;
    private final StoppedForGood forGood;
    private final StartRight right;

    QuiesceWiring(Settings settings, EpochStore epochs, Supplier<Repository> repository) {
        this.settings = settings;
        this.question = new EpochQuestion(epochs, repository);
        this.site = new SiteState(settings.state(), Clock.systemUTC());
        this.forGood = new StoppedForGood(settings.state(), epochs, Clock.systemUTC());
        this.right = new StartRight(settings.state(), new Marker(settings.marker()), epochs, forGood);
    }

    /** Whether snapshots have the site stopped; one may until its moment, and then as long as its start takes. */
    SiteLook look(Clock clock) {
        Duration planned = settings.service()
                .quiesce()
                .map(each -> each.limit().multipliedBy(2))
                .orElse(Duration.ZERO);
        return new SiteLook(new SiteState(settings.state(), clock), planned, clock);
    }

    /** Of {@code agent-primary shutdown}. */
    StoppedForGood forGood() {
        return forGood;
    }

    /** Of a command: what people must know of the site. All else the command says itself. */
    public static Events ofCommand(CommandNotices notices) {
        LogSink log = new LogSink();
        Events events = new Events(Clock.systemUTC(), (event, at) -> {
            if (event instanceof PrimaryEvent.QuiesceStartFailed
                    || event instanceof PrimaryEvent.SiteResumed
                    || event instanceof PrimaryEvent.SiteNotStarted
                    || event instanceof PrimaryEvent.SiteNotStopped
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

    /** Where a command needs it: see {@link ResumeWatch#untilStarted}. */
    Path alone() {
        return StateEntry.QUIESCE_LOCK.in(settings.state());
    }

    Quiesce quiesce(Events events) {
        return settings.service()
                .quiesce()
                .<Quiesce>map(each -> new SiteQuiesce(
                        each,
                        new SiteQuiesce.Site(commands(each), site, turn(each), right),
                        resume(each, events),
                        new ReflinkProgram(runner(), ticker),
                        MountPoints::now,
                        events,
                        ticker))
                .orElse(Quiesce.NONE);
    }

    /** Empty where the site is not stopped for snapshots. */
    public Optional<SiteResume> resume(Events events) {
        return settings.service().quiesce().map(each -> resume(each, events));
    }

    private SiteResume resume(QuiesceSettings quiesce, Events events) {
        return new SiteResume(commands(quiesce), site, turn(quiesce), right, question, settings.trees(), events);
    }

    Optional<ResumeWatch> watch(Events events) {
        return resume(events)
                .map(each -> new ResumeWatch(each, StateEntry.SNAPSHOT_LOCK.in(settings.state()), events, ticker));
    }

    private SiteTurn turn(QuiesceSettings quiesce) {
        return new SiteTurn(settings.state(), quiesce.limit(), ticker);
    }

    private QuiesceCommands commands(QuiesceSettings quiesce) {
        CommandRunner runner = runner();
        return new ConfiguredCommands(
                quiesce,
                new SiteCommands(
                        command -> runner.run(command.replacingOrphans()),
                        settings.service().environment(),
                        quiesce.limit()));
    }

    private CommandRunner runner() {
        return new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()), ticker);
    }
}
