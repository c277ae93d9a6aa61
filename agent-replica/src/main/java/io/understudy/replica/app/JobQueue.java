package io.understudy.replica.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Probe;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.round.RoundControl;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Duration;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The one thread of the daemon that changes anything: one thing after the other, its routine whenever it was woken or
 * its pause is over. Thread-safe.
 */
final class JobQueue implements Worker {
    private static final Duration PAUSE_UNKNOWN = Duration.ofMinutes(1);

    private final Consumer<RoundControl> routine;
    private final Supplier<Duration> pause;
    private final Duration patience;
    private final Events events;
    private final WarnOnce warnOnce;
    private final WarnOnce unknownPause;
    private final BlockingDeque<Job<?>> jobs = new LinkedBlockingDeque<>();
    private final Thread thread = new Thread(this::run, "replica");
    private final AtomicBoolean woken = new AtomicBoolean();
    private RoundControl current = new RoundControl();
    private boolean closed;

    /**
     * @param routine what is done without being asked; may throw
     * @param pause until the routine is due again; asked each time
     * @param patience what is urgent lets a round that ends soon run for so long
     */
    JobQueue(
            Consumer<RoundControl> routine, Supplier<Duration> pause, Duration patience, Events events, Ticker ticker) {
        this.routine = routine;
        this.pause = pause;
        this.patience = patience;
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
        this.unknownPause = new WarnOnce(ticker);
    }

    private record Job<T>(Function<RoundControl, T> work, CompletableFuture<T> result, RoundControl control) {
        static <T> Job<T> of(Function<RoundControl, T> work) {
            return new Job<>(work, new CompletableFuture<>(), new RoundControl());
        }

        void run() {
            try {
                result.complete(work.apply(control));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }
    }

    void start() {
        thread.start();
    }

    /** Starts, and does the routine at once. @return ends it, with this patience */
    AutoCloseable start(Duration patience) {
        start();
        wake();
        return () -> {
            if (!close(patience)) {
                events.report(new ReplicaEvent.AgentStoppedInApply());
            }
        };
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    Probe health() {
        return isAlive() ? Probe.up("alive") : Probe.down("the worker thread died: restart the agent");
    }

    /**
     * Waits until the worker has ended.
     *
     * @return whether it died, of what nothing here can handle, such as lack of memory; false when the queue was closed
     */
    boolean awaitEnd() throws InterruptedException {
        thread.join();
        synchronized (this) {
            return !closed;
        }
    }

    /** How many jobs wait for their turn. */
    int waiting() {
        return jobs.size();
    }

    /** The routine is due now. One that waits already is enough: what wakes may come from another server. */
    void wake() {
        if (!woken.getAndSet(true)) {
            add(
                    Job.of(control -> {
                        woken.set(false);
                        return routine(control);
                    }),
                    false);
        }
    }

    /** Gives up the round that runs, unless it has reached APPLY. */
    synchronized void interruptRound() {
        current.cancel();
    }

    /**
     * Does this next and waits for its end; a round that does what no one waits for is given up.
     *
     * @throws UnderstudyException what the work throws; {@code CANCELLED} when the queue closes before it was begun, or
     *     the caller is interrupted
     */
    @Override
    public <T> T call(Function<RoundControl, T> work) {
        return await(Job.of(work), false);
    }

    /**
     * As {@link #call}, but gives up the round that runs, unless it has reached APPLY: at once, or when one that ends
     * soon has not ended in time.
     */
    @Override
    public <T> T callAtOnce(Function<RoundControl, T> work) {
        return await(Job.of(work), true);
    }

    /** The job is in its place before the round is given up: no other round comes between. */
    private <T> T await(Job<T> job, boolean atOnce) {
        add(job, true);
        endWhatGivesWay(job.control());
        try {
            return atOnce ? awaitUrgent(job) : job.result().get();
        } catch (InterruptedException e) {
            job.control().cancel();
            Thread.currentThread().interrupt();
            throw cancelled();
        } catch (ExecutionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private <T> T awaitUrgent(Job<T> job) throws InterruptedException, ExecutionException {
        interruptOthers(job.control(), false);
        try {
            return job.result().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            interruptOthers(job.control(), true);
            return job.result().get();
        }
    }

    /**
     * Takes no more work, gives up a round that has not reached APPLY and waits for one that has.
     *
     * @return whether it came to an end in time
     */
    boolean close(Duration patience) {
        synchronized (this) {
            closed = true;
            current.cancel();
        }
        jobs.addFirst(Job.of(control -> null));
        try {
            thread.join(Math.max(1, patience.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        jobs.forEach(job -> job.result().completeExceptionally(cancelled()));
        return !thread.isAlive();
    }

    private void run() {
        while (!isClosed()) {
            Job<?> job = next();
            if (begin(job.control())) {
                job.run();
            } else {
                job.result().completeExceptionally(cancelled());
            }
        }
    }

    private Job<?> next() {
        try {
            Job<?> job = jobs.poll(Math.max(1, untilRoutine().toMillis()), TimeUnit.MILLISECONDS);
            return job == null ? Job.of(this::routine) : job;
        } catch (InterruptedException e) {
            // Meant for a round that has just ended.
            return Job.of(control -> null);
        }
    }

    /** The thread lives on when the pause can't be read: it is read from state that may be out of reach for a while. */
    private Duration untilRoutine() {
        try {
            return pause.get();
        } catch (RuntimeException e) {
            if (unknownPause.isDue(String.valueOf(e.getMessage()))) {
                events.report(new ReplicaEvent.NextRoundUnknown(PAUSE_UNKNOWN, e));
            }
            return PAUSE_UNKNOWN;
        }
    }

    private Void routine(RoundControl control) {
        try {
            routine.accept(control);
            warnOnce.well();
        } catch (UnderstudyException e) {
            if (warnOnce.isDue(e.getMessage())) {
                events.report(isRefusal(e) ? new ReplicaEvent.RoundRefused(e) : new ReplicaEvent.RoundFailed(e));
            }
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("a round", e));
        }
        return null;
    }

    private static boolean isRefusal(UnderstudyException failure) {
        return switch (failure.code()) {
            case CANCELLED, NOT_BACKUP_MODE, LOCKED -> true;
            default -> false;
        };
    }

    private synchronized void endWhatGivesWay(RoundControl own) {
        if (current != own) {
            current.makeWay();
        }
    }

    /** @param late whether that was waited for which ends soon */
    private synchronized void interruptOthers(RoundControl own, boolean late) {
        if (current != own && (late || !current.isEndingSoon())) {
            if (current.risksWhatIsAhead()) {
                own.overtook();
            }
            current.cancel();
        } else if (current != own) {
            current.await();
        }
    }

    private synchronized boolean begin(RoundControl control) {
        current = control;
        if (!jobs.isEmpty()) {
            control.makeWay();
        }
        return !closed;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void add(Job<?> job, boolean first) {
        if (closed) {
            job.result().completeExceptionally(cancelled());
        } else if (first) {
            jobs.addFirst(job);
        } else {
            jobs.addLast(job);
        }
    }

    private static UnderstudyException cancelled() {
        return new UnderstudyException(
                ErrorCode.CANCELLED,
                "cannot run the command: the agent is stopping",
                "run it again when the agent has started");
    }
}
