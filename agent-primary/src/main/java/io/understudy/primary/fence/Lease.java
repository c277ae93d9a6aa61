package io.understudy.primary.fence;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.FencedNote.Reason;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/**
 * How long the site of a primary goes on while no filestore confirms this server's epoch. It counts from the moment at
 * which the last question that was answered well had been asked, so no longer than from the last moment at which a
 * filestore was reached. One thread asks, another one counts, and neither does anything else: a question without an
 * answer, a disk that hangs, a snapshot or a switchover holds the count up for nothing.
 *
 * <p>The idea is that of a lease: C. Gray and D. Cheriton, "Leases: an efficient fault-tolerant mechanism for
 * distributed file cache consistency", SOSP 1989. Thread-safe.
 */
public final class Lease implements Service {
    private static final Duration ASKS_EVERY = Duration.ofSeconds(10);
    private static final Duration COUNTS_EVERY = Duration.ofSeconds(1);

    /** What the server holds. @param leaving whether a switchover from it is under way */
    private record Held(int epoch, boolean leaving) {}

    private final Duration limit;
    private final IntUnaryOperator highest;
    private final SiteStopping site;
    private final Events events;
    private final Ticker ticker;
    private Optional<Held> held = Optional.empty();
    private long answeredAt;

    /**
     * @param limit {@code fence.lease}
     * @param highest asks a filestore for the highest epoch, from the one on that this server holds; throws
     *     UnderstudyException
     */
    public Lease(Duration limit, IntUnaryOperator highest, SiteStopping site, Events events, Ticker ticker) {
        this.limit = limit;
        this.highest = highest;
        this.site = site;
        this.events = events;
        this.ticker = ticker;
    }

    /**
     * This server is the primary. What it said last counts until it says something else, also where it has no more
     * turns.
     *
     * @param epoch that it holds, from 1
     * @param leaving whether a switchover from it is under way: where that goes back, the site is started
     */
    public synchronized void holds(int epoch, boolean leaving) {
        if (held.filter(before -> before.epoch() == epoch).isEmpty()) {
            answeredAt = ticker.nanos();
        } else if (isOver() && held.orElseThrow().leaving() && !leaving) {
            site.forget(epoch, Reason.LEASE);
        }
        held = Optional.of(new Held(epoch, leaving));
    }

    /** This server is no primary, or its epoch is over, which another one has seen to. */
    public synchronized void ends() {
        held = Optional.empty();
    }

    /** One question. */
    public void ask() {
        long asked = ticker.nanos();
        Optional<Held> before = held();
        if (before.isEmpty()) {
            return;
        }
        int epoch = before.get().epoch();
        if (isHighest(epoch)) {
            answered(epoch, asked);
        } else {
            // The main loop sees it with its next look, and has the site stopped for that.
            ends();
        }
    }

    private synchronized Optional<Held> held() {
        return held;
    }

    /** What was answered and can't be understood is an answer all the same: it was reached, and no claim was seen. */
    private boolean isHighest(int epoch) {
        try {
            return highest.applyAsInt(epoch) <= epoch;
        } catch (UnderstudyException e) {
            ErrorKind kind = e.code().kind();
            if (kind == ErrorKind.CONTENT || kind == ErrorKind.TRUST) {
                return true;
            }
            throw e;
        }
    }

    private void answered(int epoch, long asked) {
        boolean current;
        synchronized (this) {
            current = held.filter(now -> now.epoch() == epoch).isPresent();
            if (current && asked - answeredAt > 0) {
                answeredAt = asked;
            }
        }
        if (current && site.forget(epoch, Reason.LEASE)) {
            events.report(new PrimaryEvent.LeaseRegained(epoch));
        }
    }

    /** One look at the count. */
    public synchronized void count() {
        if (isOver()) {
            int epoch = held.orElseThrow().epoch();
            site.stop(epoch, Reason.LEASE, new PrimaryEvent.LeaseExpired(epoch, limit));
        }
    }

    private boolean isOver() {
        return held.isPresent() && ticker.since(answeredAt).compareTo(limit) >= 0;
    }

    @Override
    public AutoCloseable start() {
        ScheduledExecutorService asks = every("fence-lease-asks", ASKS_EVERY, this::ask);
        ScheduledExecutorService counts = every("fence-lease", COUNTS_EVERY, this::count);
        return () -> {
            asks.shutdownNow();
            counts.shutdownNow();
        };
    }

    private ScheduledExecutorService every(String name, Duration pause, Runnable turn) {
        ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named(name));
        worker.scheduleWithFixedDelay(() -> guarded(turn), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
        return worker;
    }

    private void guarded(Runnable turn) {
        try {
            turn.run();
        } catch (UnderstudyException e) {
            // Nothing answers, which the agent's main loop reports.
            return;
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the lease", e));
        }
    }
}
