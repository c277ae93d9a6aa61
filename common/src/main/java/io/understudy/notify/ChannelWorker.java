package io.understudy.notify;

import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.NotifySettings.Ping;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * One channel: takes what happens, decides what of it is news, keeps that until the receiver took it. All but
 * {@link #offer} happens in its own thread: what waits for a receiver holds up nothing else.
 */
final class ChannelWorker {
    private static final int MOST_AT_ONCE = 1000;
    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(15);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final Channel channel;
    private final Notice.Source source;
    private final Sender sender;
    private final NoticeStore store;
    private final Events events;
    private final Clock clock;
    private final RandomGenerator random;
    private final WarnOnce warnOnce;
    private final StaleWatch stale;
    private final DataAge age;
    private final BlockingQueue<Happened> inbox = new ArrayBlockingQueue<>(MOST_AT_ONCE);
    private final AtomicInteger lost = new AtomicInteger();
    private OpenTopics topics;
    private Outbox outbox;
    private Optional<DailySummary> summary = Optional.empty();
    private ChannelState kept;
    private Instant looked = Instant.MIN;

    private record Happened(Signal signal, Instant at) {}

    ChannelWorker(
            Channel channel,
            Notice.Source source,
            Sender sender,
            NoticeStore store,
            DataAge age,
            Events events,
            Clock clock,
            Ticker ticker,
            RandomGenerator random) {
        this.channel = channel;
        this.source = source;
        this.sender = sender;
        this.store = store;
        this.events = events;
        this.clock = clock;
        this.random = random;
        this.warnOnce = new WarnOnce(ticker);
        this.stale = new StaleWatch(age, channel.stale());
        this.age = age;
    }

    String name() {
        return channel.name();
    }

    /** Never waits. */
    void offer(Signal signal, Instant at) {
        if (isPing() && !signal.topic().equals(Signals.ROUND)) {
            return;
        }
        Happened last = new Happened(signal, at);
        while (!inbox.offer(last)) {
            // What came last is true: a recovery must not be lost behind what failed before it.
            inbox.poll();
            lost.incrementAndGet();
        }
    }

    private boolean isPing() {
        return channel.target() instanceof Ping;
    }

    /** Until the thread is interrupted. */
    void run() {
        try {
            turn();
            while (true) {
                turn(Optional.ofNullable(inbox.poll(rest().toMillis(), TimeUnit.MILLISECONDS)));
            }
        } catch (InterruptedException e) {
            // The agent ends; what waits is kept.
            Thread.currentThread().interrupt();
        }
    }

    private Duration rest() {
        Instant now = clock.instant();
        if (outbox == null) {
            return LONGEST_REST;
        }
        Duration wait = outbox.all().isEmpty() ? LONGEST_REST : outbox.untilDue(now);
        return wait.compareTo(LONGEST_REST) < 0 ? wait : LONGEST_REST;
    }

    void turn() {
        turn(Optional.empty());
    }

    /** A defect of one turn ends neither the thread nor the agent. */
    private void turn(Optional<Happened> first) {
        try {
            load();
            first.ifPresent(this::take);
            for (Happened each = inbox.poll(); each != null; each = inbox.poll()) {
                take(each);
            }
            Instant now = clock.instant();
            look(now);
            topics.reminders(now).forEach(draft -> add(draft, now));
            summary.flatMap(each -> each.due(now, topics.all())).ifPresent(draft -> add(draft, now));
            giveUp(outbox.expire(now), "too late");
            giveUp(lost.getAndSet(0), "too much happened at once");
            save(kept.sent(), kept.failure());
            outbox.due(now).ifPresent(this::attempt);
        } catch (RuntimeException | LinkageError e) {
            if (outbox != null) {
                outbox.retryAt(clock.instant().plus(LONGEST_RETRY));
            }
            events.report(new CommonEvent.Defect("the notices of channel " + name(), e));
        }
    }

    /** Not before its thread runs: a disk that hangs must not hold up the start of the agent. */
    private void load() {
        if (kept == null) {
            ChannelState state = store.read(name());
            topics = new OpenTopics(channel, isPing(), state.topics());
            outbox = isPing() ? Outbox.ofPings(state.waiting()) : new Outbox(channel.perHour(), state.waiting());
            summary = channel.summary()
                    .map(time -> new DailySummary(
                            time, clock.getZone(), age, source.role(), state.tally(), clock.instant()));
            kept = state;
        }
    }

    private void take(Happened each) {
        summary.ifPresent(tally -> tally.take(each.signal()));
        topics.take(each.signal(), clock.instant()).ifPresent(draft -> add(draft, each.at()));
    }

    private void look(Instant now) {
        if (isPing() || Duration.between(looked, now).abs().compareTo(LONGEST_REST) < 0) {
            return;
        }
        looked = now;
        stale.look(now)
                .ifPresentOrElse(
                        signal -> topics.take(signal, now).ifPresent(draft -> add(draft, now)),
                        () -> topics.forget(StaleWatch.TOPIC));
    }

    private void add(OpenTopics.Draft draft, Instant at) {
        Notice notice = new Notice(
                UUID.randomUUID().toString(),
                draft.occasion(),
                draft.topic(),
                source,
                draft.fact(),
                at,
                draft.course());
        giveUp(outbox.add(notice), "too many wait");
    }

    private void giveUp(int count, String why) {
        if (count > 0) {
            events.report(new CommonEvent.NoticesGivenUp(name(), count, why));
        }
    }

    private void attempt(Notice notice) {
        Optional<Sender.Refusal> refusal = sender.send(notice);
        Instant now = clock.instant();
        if (Thread.currentThread().isInterrupted()) {
            return;
        }
        if (refusal.isPresent()) {
            refused(notice, refusal.get(), now);
            return;
        }
        outbox.sent(notice, now);
        boolean recovered = kept.failure().isPresent();
        save(Optional.of(now), Optional.empty());
        events.report(new CommonEvent.NoticeSent(name(), notice.fact().event()));
        if (recovered) {
            warnOnce.well();
            events.report(new CommonEvent.ChannelRecovered(name()));
        }
    }

    private void refused(Notice notice, Sender.Refusal refusal, Instant now) {
        UnderstudyException why = failure(name(), refusal);
        Duration pause = Backoff.pause(FIRST_RETRY, LONGEST_RETRY, outbox.refused(), random);
        Duration wanted = refusal.retryAfter().orElse(Duration.ZERO);
        outbox.retryAt(now.plus(wanted.compareTo(pause) > 0 ? wanted : pause));
        Instant since = kept.failure().map(ChannelState.Failure::since).orElse(now);
        save(kept.sent(), Optional.of(new ChannelState.Failure(since, why.getMessage(), why.hint())));
        events.report(
                new CommonEvent.NoticeFailed(name(), notice.fact().event(), why, !warnOnce.isDue(why.getMessage())));
    }

    static UnderstudyException failure(String channel, Sender.Refusal refusal) {
        return new UnderstudyException(
                ErrorCode.NOTICE_REFUSED,
                "cannot send a notice by channel " + channel + ": " + refusal.why(),
                refusal.hint());
    }

    /** What a restart must not lose, and not send twice. */
    private void save(Optional<Instant> sent, Optional<ChannelState.Failure> failure) {
        List<Notice> waiting = outbox.all().stream().filter(Notice::isKept).toList();
        ChannelState state = new ChannelState(topics.all(), waiting, sent, failure, summary.map(DailySummary::tally));
        if (!state.equals(kept)) {
            kept = state;
            store.write(name(), state);
        }
    }
}
