package io.understudy.notify;

import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.NotifySettings.Ping;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/**
 * One channel: takes what happens, decides what of it is news, keeps that until the receiver took it. All but
 * {@link #offer} happens in its own thread: what waits for a receiver holds up nothing else.
 */
final class ChannelWorker {
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
    private final Inbox inbox = new Inbox();
    private volatile boolean stopped;
    private OpenTopics topics;
    private Outbox outbox;
    private Optional<DailySummary> summary = Optional.empty();
    private ChannelState kept;
    /** Whether {@link #kept} is in the state folder. */
    private boolean saved = true;

    private Instant looked = Instant.MIN;
    private Optional<Attempt> running = Optional.empty();

    private record Attempt(Notice notice, FutureTask<Optional<Sender.Refusal>> task) {}

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
        inbox.offer(new Inbox.Happened(signal, at));
    }

    private boolean isPing() {
        return channel.target() instanceof Ping;
    }

    /**
     * Until {@link #stop}. An attempt has a thread of its own: what happens while it waits for a receiver is taken and
     * kept.
     */
    void run() {
        ThreadFactory threads = DaemonThreads.named("attempt of channel " + name());
        Executor attempts = attempt -> threads.newThread(attempt).start();
        try {
            while (!stopped) {
                turn(attempts);
                inbox.await(rest());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        finish();
    }

    /** The agent ends; what waits is kept. */
    void stop() {
        stopped = true;
        inbox.wake();
    }

    private void finish() {
        try {
            load();
            settle();
            running.ifPresent(attempt -> attempt.task().cancel(true));
            takeAll();
            save(kept.sent(), kept.failure());
            if (!saved) {
                store.write(name(), kept);
            }
        } catch (RuntimeException | LinkageError e) {
            events.report(new CommonEvent.Defect("the notices of channel " + name(), e));
        }
    }

    private Duration rest() {
        Instant now = clock.instant();
        if (outbox == null || running.isPresent()) {
            return LONGEST_REST;
        }
        Duration wait = outbox.all().isEmpty() ? LONGEST_REST : outbox.untilDue(now);
        return wait.compareTo(LONGEST_REST) < 0 ? wait : LONGEST_REST;
    }

    /** A defect of one turn ends neither the thread nor the agent. @param attempts runs what waits for the receiver */
    void turn(Executor attempts) {
        try {
            load();
            settle();
            takeAll();
            Instant now = clock.instant();
            look(now);
            topics.reminders(now).forEach(draft -> add(draft, now));
            summary.flatMap(each -> each.due(now, topics.all())).ifPresent(draft -> add(draft, now));
            giveUp(outbox.expire(now), "too late");
            giveUp(inbox.takeLost(), "too much happened at once");
            save(kept.sent(), kept.failure());
            if (running.isEmpty()) {
                outbox.due(now).ifPresent(notice -> begin(notice, attempts));
                settle();
            }
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

    private void takeAll() {
        for (Optional<Inbox.Happened> each = inbox.next(); each.isPresent(); each = inbox.next()) {
            take(each.get());
        }
    }

    private void take(Inbox.Happened each) {
        summary.ifPresent(tally -> tally.take(each.signal()));
        topics.take(each.signal(), each.at(), clock.instant()).ifPresent(draft -> add(draft, each.at()));
    }

    private void look(Instant now) {
        if (isPing() || Duration.between(looked, now).abs().compareTo(LONGEST_REST) < 0) {
            return;
        }
        looked = now;
        stale.look(now).flatMap(signal -> topics.take(signal, now)).ifPresent(draft -> add(draft, now));
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

    private void begin(Notice notice, Executor attempts) {
        FutureTask<Optional<Sender.Refusal>> task = new FutureTask<>(() -> sender.send(notice)) {
            @Override
            protected void done() {
                inbox.wake();
            }
        };
        running = Optional.of(new Attempt(notice, task));
        attempts.execute(task);
    }

    /** Takes the end of an attempt, once it has ended. */
    private void settle() {
        Attempt attempt = running.filter(each -> each.task().isDone()).orElse(null);
        if (attempt == null) {
            return;
        }
        running = Optional.empty();
        try {
            ended(attempt.notice(), attempt.task().get());
        } catch (ExecutionException e) {
            outbox.retryAt(clock.instant().plus(LONGEST_RETRY));
            events.report(new CommonEvent.Defect("the notices of channel " + name(), e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ended(Notice notice, Optional<Sender.Refusal> refusal) {
        Instant now = clock.instant();
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
        if (refusal.permanent()) {
            giveUp(outbox.refusedForGood(notice), "the receiver refuses them");
        }
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
            saved = false;
            store.write(name(), state);
            saved = true;
        }
    }
}
