package io.understudy.notify;

import io.understudy.cli.Problem;
import io.understudy.config.NearestName;
import io.understudy.config.NotifySettings;
import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.Occasion;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** The channels of one agent: its notifier, a trial, what {@code notify} shows of them. */
public final class Notifications {
    private final NotifySettings settings;
    private final Notice.Source source;
    private final NoticeStore store;
    private final Senders senders;
    private final Clock clock;
    private final Ticker ticker;

    /**
     * @param server name of this server in snapshots or reports
     * @param role {@code primary} or {@code replica}
     */
    public Notifications(Settings settings, String server, String role, Clock clock, Ticker ticker) {
        this.settings = settings.notification();
        this.source = new Notice.Source(settings.site(), server, role);
        this.store = NoticeStore.in(settings.state(), role);
        this.senders = new Senders(settings.state());
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Of a daemon; it is a sink of the ports' events from now on. */
    public Notifier notifier(Signals signals, DataAge age, Notifier.Ports ports) {
        return new Notifier(settings, source, signals, age, store, senders::of, ports);
    }

    /** Of a command that works in its own process; close it when the command is done. */
    public CommandNotices ofCommand(Signals signals) {
        return new CommandNotices(settings, source, signals, senders::of);
    }

    /** Every channel as it is, by what the daemon wrote last. */
    public ChannelsView list(Optional<String> channel) {
        return new ChannelsView(chosen(channel).stream()
                .map(each -> {
                    ChannelState state = store.read(each.name());
                    return new ChannelsView.Row(
                            each.name(),
                            TargetText.kind(each.target()),
                            TargetText.place(each.target()),
                            each.events().stream().sorted().map(Occasion::label).toList(),
                            state.sent(),
                            state.waiting().size(),
                            state.failure()
                                    .map(why ->
                                            new Problem(ErrorCode.NOTICE_REFUSED.label(), why.message(), why.hint())));
                })
                .toList());
    }

    /**
     * Sends one notice by each channel, at once and once.
     *
     * @param channel the only one
     * @throws UnderstudyException {@code USAGE} when there is none of this name
     */
    public TrialView test(Optional<String> channel) {
        List<TrialView.Row> rows = new ArrayList<>();
        for (Channel each : chosen(channel)) {
            long start = ticker.nanos();
            Optional<UnderstudyException> failure =
                    senders.of(each).send(trial()).map(why -> ChannelWorker.failure(each.name(), why));
            rows.add(new TrialView.Row(
                    each.name(),
                    TargetText.kind(each.target()),
                    TargetText.place(each.target()),
                    failure.isEmpty(),
                    ticker.since(start).toMillis() / 1000.0,
                    failure.map(why -> new Problem(why.code().label(), why.getMessage(), why.hint()))));
        }
        return new TrialView(rows);
    }

    private Notice trial() {
        Fact fact = new Fact(
                "test",
                "this is a test, which an operator asked for",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new Notice(
                UUID.randomUUID().toString(), Occasion.TEST, "test", source, fact, clock.instant(), Optional.empty());
    }

    private List<Channel> chosen(Optional<String> name) {
        List<Channel> found = settings.channels().stream()
                .filter(each -> name.isEmpty() || each.name().equals(name.get()))
                .toList();
        if (name.isPresent() && found.isEmpty()) {
            List<String> names = settings.channels().stream().map(Channel::name).toList();
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find channel " + name.get() + " in notify of the configuration",
                    NearestName.of(name.get(), names)
                            .map(other -> "did you mean " + other + "?")
                            .orElse("channels are: " + names.stream().collect(Collectors.joining(", "))));
        }
        return found;
    }
}
