package io.understudy.notify;

import io.understudy.config.NotifySettings;
import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.NotifySettings.Ping;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies people of what a command does in its own process, where no daemon runs: a snapshot of cron's, a promotion.
 * Nothing is sent before {@link #close}, when the command is done and its result is printed, or {@link #send}; each
 * notice is tried once, and nothing is remembered. Thread-safe.
 */
public final class CommandNotices implements EventSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandNotices.class);
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final Notice.Source source;
    private final Signals signals;
    private final Function<Channel, Sender> senders;
    private final Duration limit;
    private final Ticker ticker = Ticker.system();
    private final Map<Channel, OpenTopics> topics = new LinkedHashMap<>();
    private final Map<Channel, List<Notice>> collected = new LinkedHashMap<>();
    private final Map<Channel, ExecutorService> workers = new LinkedHashMap<>();

    /** The last of each channel, behind all that came before. */
    private final Map<Channel, Future<?>> sending = new LinkedHashMap<>();

    CommandNotices(NotifySettings settings, Notice.Source source, Signals signals, Function<Channel, Sender> senders) {
        this(settings, source, signals, senders, LIMIT);
    }

    CommandNotices(
            NotifySettings settings,
            Notice.Source source,
            Signals signals,
            Function<Channel, Sender> senders,
            Duration limit) {
        this.source = source;
        this.signals = signals;
        this.senders = senders;
        this.limit = limit;
        settings.channels().forEach(each -> {
            topics.put(each, new OpenTopics(each, isPing(each), Map.of()));
            collected.put(each, new ArrayList<>());
        });
    }

    private static boolean isPing(Channel channel) {
        return channel.target() instanceof Ping;
    }

    @Override
    public synchronized void receive(Event event, Instant at) {
        for (Signal signal : signals.of(event)) {
            topics.forEach((channel, open) -> {
                if (!isPing(channel) || signal.topic().equals(Signals.ROUND)) {
                    open.take(signal, at)
                            .ifPresent(draft -> collected
                                    .get(channel)
                                    .add(new Notice(
                                            UUID.randomUUID().toString(),
                                            draft.occasion(),
                                            draft.topic(),
                                            source,
                                            draft.fact(),
                                            at,
                                            draft.course())));
                }
            });
        }
    }

    /** Begins to send what was collected, by all channels at a time, each in the order in which it happened. */
    public synchronized void send() {
        collected.forEach((channel, notices) -> {
            if (!notices.isEmpty()) {
                List<Notice> all = List.copyOf(notices);
                notices.clear();
                ExecutorService worker = workers.computeIfAbsent(
                        channel,
                        each -> Executors.newSingleThreadExecutor(DaemonThreads.named("notify " + each.name())));
                sending.put(channel, worker.submit(() -> send(channel, all)));
            }
        });
    }

    /**
     * Sends what was collected, and waits for it; returns after 15 seconds at the latest. Also in a thread that was
     * interrupted, which it stays: that a site is stopped is said by a command that is ended, too.
     */
    @Override
    public synchronized void close() {
        boolean interrupted = Thread.interrupted();
        try {
            send();
            awaitSent();
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            workers.values().forEach(ExecutorService::shutdown);
            workers.clear();
            sending.clear();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void awaitSent() throws InterruptedException {
        long begun = ticker.nanos();
        List<String> late = new ArrayList<>();
        for (Map.Entry<Channel, Future<?>> each : sending.entrySet()) {
            if (!isDone(each.getValue(), limit.minus(ticker.since(begun)))) {
                late.add(each.getKey().name());
            }
        }
        if (!late.isEmpty()) {
            LOG.warn("notices are given up, for these channels took too long: {}", String.join(", ", late));
        }
    }

    private static boolean isDone(Future<?> sent, Duration left) throws InterruptedException {
        try {
            sent.get(Math.max(0, left.toNanos()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("sending lets no failure out", e);
        }
    }

    private void send(Channel channel, List<Notice> notices) {
        try {
            Sender sender = senders.apply(channel);
            for (Notice each : notices) {
                sender.send(each).ifPresent(refusal -> {
                    UnderstudyException why = ChannelWorker.failure(channel.name(), refusal);
                    LOG.warn("{}; hint: {}", why.getMessage(), why.hint());
                });
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.error("channel {} has a defect", channel.name(), e);
        }
    }
}
