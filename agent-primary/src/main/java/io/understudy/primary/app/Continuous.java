package io.understudy.primary.app;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.StatusView.ContinuousView;
import io.understudy.primary.capture.Looked;
import io.understudy.primary.capture.Looked.Outcome;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.schedule.Pace;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/**
 * Asks for continuous snapshots: looks every so often whether anything changed, one look at a time, while nothing else
 * is taken. Used by the main loop only, but for {@link #view}.
 */
final class Continuous {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);
    /** A pause in which no session of the database is kept. */
    private static final Duration LONG = Duration.ofSeconds(30);
    /** The end of a look is noticed after a tenth of its time, and this at least. */
    private static final Duration SHORT = Duration.ofMillis(100);

    private static final int LATE = 10;

    private final Optional<Pace> pace;
    private final SnapshotQueue queue;
    private final Planner planner;
    private final Events events;
    private final Backoff retry;
    private final Clock clock;
    private final Ticker ticker;
    private Optional<SnapshotQueue.Job<Looked>> running = Optional.empty();
    private long beganAt;
    private long endedAt;
    private Duration pause = Duration.ZERO;
    /** Nothing of this runs, and nothing is due: this server takes no snapshots, or another one is taken. */
    private boolean resting = true;

    private boolean failing;
    private final ContinuousSummary summary;
    private volatile Optional<Instant> looked = Optional.empty();
    private volatile Optional<Instant> taken = Optional.empty();

    /** @param every empty: only the schedule asks for snapshots */
    Continuous(
            Optional<Duration> every,
            SnapshotQueue queue,
            Planner planner,
            Events events,
            RandomGenerator random,
            Clock clock,
            Ticker ticker) {
        this.pace = every.map(Pace::new);
        this.queue = queue;
        this.planner = planner;
        this.events = events;
        this.retry = new Backoff(FIRST_RETRY, LONGEST_RETRY, random);
        this.clock = clock;
        this.ticker = ticker;
        this.endedAt = ticker.nanos();
        this.summary = new ContinuousSummary(events, ticker);
    }

    /** Asks for a look when one is due. To be called behind {@link Planner#ask}, which goes first. */
    void ask() {
        settle();
        resting = pace.isEmpty() || running.isEmpty() && !queue.isIdle();
        if (resting || running.isPresent() || left().compareTo(Duration.ZERO) > 0) {
            return;
        }
        try {
            running = Optional.of(queue.submitLook());
            beganAt = ticker.nanos();
        } catch (UnderstudyException e) {
            waitFor(retry.next());
        }
    }

    /**
     * In place of {@link #ask}, while this server takes no snapshots.
     *
     * @param soon whether one is to be taken soon nevertheless: the database sessions for it are kept
     */
    void rest(boolean soon) {
        resting = true;
        if (pace.isPresent() && !soon) {
            queue.rest();
        }
    }

    /** How long the main loop may sleep. @param usual when nothing is due */
    Duration sleep(Duration usual) {
        if (resting) {
            return usual;
        }
        Duration most = running.isPresent() ? ticker.since(beganAt).dividedBy(LATE) : left();
        return most.compareTo(SHORT) < 0 ? SHORT : most.compareTo(usual) < 0 ? most : usual;
    }

    private Duration left() {
        return pause.minus(ticker.since(endedAt));
    }

    private synchronized void settle() {
        SnapshotQueue.Job<Looked> job = running.filter(Future::isDone).orElse(null);
        if (job == null) {
            return;
        }
        running = Optional.empty();
        try {
            ended(job.get());
        } catch (ExecutionException e) {
            failing = true;
            waitFor(longer(pace.orElseThrow().pause(), retry.next()));
        } catch (CancellationException e) {
            waitFor(pace.orElseThrow().pause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ended(Looked end) {
        Pace own = pace.orElseThrow();
        end.read().ifPresent(reading -> {
            own.read(reading.took(), reading.byChanges());
            own.decoded(reading.decoded());
        });
        switch (end.outcome()) {
            case NO_BASE -> {
                planner.baseIsNeeded(clock.instant());
                waitFor(longer(own.pause(), retry.next()));
            }
            case BUSY -> waitFor(own.pause());
            case NOTHING_CHANGED, TAKEN -> {
                own.walked(end.walked());
                looked(end);
                waitFor(own.pause());
            }
        }
    }

    private void looked(Looked end) {
        retry.reset();
        looked = Optional.of(clock.instant());
        end.taken().map(Taken::committed).ifPresent(at -> taken = Optional.of(at));
        Duration took = end.read().map(Looked.Reading::took).orElse(end.walked());
        events.report(new PrimaryEvent.ContinuousLooked(took, own(), end.outcome() == Outcome.TAKEN));
        if (failing) {
            failing = false;
            events.report(new PrimaryEvent.ContinuousRecovered());
        }
        summary.add(end);
    }

    private Duration own() {
        return pace.orElseThrow().pause();
    }

    private void waitFor(Duration next) {
        endedAt = ticker.nanos();
        pause = next;
        if (next.compareTo(LONG) > 0) {
            queue.rest();
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** What the status shows; empty where there are none. Thread-safe. */
    synchronized Optional<ContinuousView> view() {
        return pace.map(own -> new ContinuousView(
                own.every().toMillis() / 1000.0, own.pause().toMillis() / 1000.0, own.slower(), looked, taken));
    }
}
