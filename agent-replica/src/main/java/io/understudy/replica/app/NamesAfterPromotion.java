package io.understudy.replica.app;

import io.understudy.cli.Problem;
import io.understudy.dns.DnsSwitched;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands.DnsRequest;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The daemon's part in pointing the names of the site to this server: those that a promotion left due it points by
 * itself, in a thread of its own, for resolvers may take minutes to agree. What fails is tried again, with growing
 * pauses, until it works or the names are not due any more. Thread-safe.
 */
final class NamesAfterPromotion implements Service {
    private static final Duration EVERY = Duration.ofSeconds(1);
    static final Duration FIRST = Duration.ofSeconds(5);
    static final Duration LONGEST = Duration.ofMinutes(1);
    /** The command of a promotion asks as soon as that is done. */
    private static final Duration RECENT = Duration.ofMinutes(1);

    private final BiFunction<DnsRequest, Progress, DnsSwitched> names;
    private final Supplier<Optional<Integer>> due;
    private final Events events;
    private final Backoff backoff;
    private final Ticker ticker;
    private final WarnOnce warnOnce;
    /** What an attempt came to that no command has asked for yet. */
    private Optional<Made> last = Optional.empty();

    private int tried;
    private long triedAt;
    private Duration pause = Duration.ZERO;

    /** @param epoch of the promotion */
    private record Made(int epoch, DnsSwitched result) {}

    /**
     * @param names points them here, and waits until the resolvers agree
     * @param due the epoch of the promotion that left names to be pointed here; empty where none are
     */
    NamesAfterPromotion(
            BiFunction<DnsRequest, Progress, DnsSwitched> names,
            Supplier<Optional<Integer>> due,
            Events events,
            Backoff backoff,
            Ticker ticker) {
        this.names = names;
        this.due = due;
        this.events = events;
        this.backoff = backoff;
        this.ticker = ticker;
        this.warnOnce = new WarnOnce(ticker);
    }

    @Override
    public AutoCloseable start() {
        ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("names"));
        worker.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return worker::shutdownNow;
    }

    /** One look, and an attempt where the names are due and its time has come. */
    void look() {
        try {
            if (due.get().isPresent()) {
                attempt();
            }
        } catch (UnderstudyException e) {
            // Reported by the attempt; what else can't be read is reported by those that need it.
            return;
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the switch of the names", e));
        }
    }

    /**
     * What a command asks for. The one that follows a promotion gets the result of the attempt that the daemon made for
     * that by itself, and waits for it.
     */
    DnsSwitched answer(DnsRequest request, Progress progress) {
        return request.promoted()
                .map(epoch -> ofPromotion(epoch, progress))
                .orElseGet(() -> names.apply(request, progress));
    }

    private synchronized DnsSwitched ofPromotion(int epoch, Progress progress) {
        Optional<DnsSwitched> made = last.filter(
                        each -> each.epoch() == epoch && ticker.since(triedAt).compareTo(RECENT) < 0)
                .map(Made::result);
        last = Optional.empty();
        return made.orElseGet(() -> point(epoch, progress));
    }

    /** Another one may have ended since they were seen to be due. */
    private synchronized void attempt() {
        Optional<Integer> now = due.get();
        if (now.isPresent() && isTime(now.get())) {
            last = Optional.of(new Made(now.get(), point(now.get(), Progress.none())));
        }
    }

    private boolean isTime(int epoch) {
        if (epoch != tried) {
            backoff.reset();
            warnOnce.well();
            return true;
        }
        return ticker.since(triedAt).compareTo(pause) >= 0;
    }

    private DnsSwitched point(int epoch, Progress progress) {
        try {
            DnsSwitched result = names.apply(new DnsRequest(false), progress);
            report(result);
            return result;
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.CANCELLED) {
                notSwitched(e.getMessage());
            }
            throw e;
        } finally {
            tried = epoch;
            triedAt = ticker.nanos();
            pause = backoff.next();
        }
    }

    private void report(DnsSwitched result) {
        if (result.agrees()) {
            events.report(new ReplicaEvent.NamesSwitched(result.text()));
        } else {
            notSwitched(result.error().map(Problem::message).orElseGet(result::text));
        }
    }

    private void notSwitched(String why) {
        if (warnOnce.isDue(why)) {
            events.report(new ReplicaEvent.NamesNotSwitched(why));
        }
    }
}
