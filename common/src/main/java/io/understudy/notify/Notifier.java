package io.understudy.notify;

import io.understudy.config.NotifySettings;
import io.understudy.config.NotifySettings.Channel;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.metrics.Metrics;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Notifies people of what happens in a daemon, by each channel of {@code notify} in a thread of its own, from
 * {@link #start} on. Without a channel it does nothing.
 */
public final class Notifier implements EventSink {
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Signals signals;
    private final NoticeStore store;
    private final List<ChannelWorker> workers;

    /** What is outside of it. */
    public record Ports(Events events, Metrics metrics, Clock clock, Ticker ticker, RandomGenerator random) {}

    Notifier(
            NotifySettings settings,
            Notice.Source source,
            Signals signals,
            DataAge age,
            NoticeStore store,
            Function<Channel, Sender> senders,
            Ports ports) {
        this.signals = signals;
        this.store = store;
        this.workers = settings.channels().stream()
                .map(each -> new ChannelWorker(
                        each,
                        source,
                        senders.apply(each),
                        store,
                        age,
                        ports.events(),
                        ports.clock(),
                        ports.ticker(),
                        ports.random()))
                .toList();
        if (!workers.isEmpty()) {
            ports.events().add(new NoticeMetrics(ports.metrics(), settings));
            ports.events().add(this);
        }
    }

    /** Returns at once: each channel decides in its own thread what is news. */
    @Override
    public void receive(Event event, Instant at) {
        for (Signal signal : signals.of(event)) {
            workers.forEach(worker -> worker.offer(signal, at));
        }
    }

    /** @return ends it; what waits is kept for the next start */
    public AutoCloseable start() {
        if (workers.isEmpty()) {
            return () -> {};
        }
        store.keepOnly(workers.stream().map(ChannelWorker::name).collect(Collectors.toSet()));
        List<Thread> threads = new ArrayList<>();
        for (ChannelWorker worker : workers) {
            Thread thread = DaemonThreads.named("notify " + worker.name()).newThread(worker::run);
            thread.start();
            threads.add(thread);
        }
        return () -> {
            workers.forEach(ChannelWorker::stop);
            for (Thread thread : threads) {
                thread.join(GRACE.toMillis());
            }
        };
    }

    /** Each channel once, for tests without threads. */
    void turn() {
        workers.forEach(worker -> worker.turn(Runnable::run));
    }
}
