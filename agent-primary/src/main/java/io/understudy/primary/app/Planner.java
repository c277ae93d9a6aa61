package io.understudy.primary.app;

import io.understudy.config.ScheduleTiming;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.Retry;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.Need;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.schedule.Schedule;
import io.understudy.primary.schedule.Timetable;
import io.understudy.time.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/**
 * Asks for the snapshots of the schedule, one at a time, and keeps account of how they went. Used by the main loop
 * only.
 */
final class Planner {
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(30);

    /** The main loop comes once a second; a filestore that does not answer holds it up for some minutes. */
    private static final Duration STOPPED = Duration.ofMinutes(10);

    /** The label of a first snapshot where there is no schedule. */
    private static final String PROMOTION = "promotion";

    private final Schedule schedule;
    private final ScheduleTiming timing;
    private final SnapshotQueue queue;
    private final RandomGenerator random;
    private Timetable timetable;
    private Optional<SnapshotQueue.Job<?>> running = Optional.empty();
    /** When it was last asked; empty: not since it is known what is covered. */
    private Optional<Instant> asked = Optional.empty();

    /** A schedule that is kept to the minute; @param start as below */
    Planner(Schedule schedule, SnapshotQueue queue, Instant start, RandomGenerator random) {
        this(schedule, ScheduleTiming.DEFAULT, queue, start, random);
    }

    /** @param start ticks before it are not due, until {@link #covered} gives a later start */
    Planner(Schedule schedule, ScheduleTiming timing, SnapshotQueue queue, Instant start, RandomGenerator random) {
        this.schedule = schedule;
        this.timing = timing;
        this.queue = queue;
        this.random = random;
        covered(start);
    }

    /** The moment of the newest snapshot: ticks after it are due. */
    void covered(Instant moment) {
        Backoff retry = new Backoff(FIRST_RETRY, LONGEST_RETRY, random);
        timetable = new Timetable(schedule, moment, retry, timing.jitter(), random);
        asked = Optional.empty();
    }

    /** There is no snapshot at all: the first is due at once, whatever is made up of what was missed. */
    void nothingIsCovered(Instant now) {
        covered(Instant.EPOCH);
        asked = Optional.of(now);
    }

    /**
     * This server was promoted, and its epoch has no snapshot yet: standbys wait for one. With the labels of the
     * schedule, as the very first one.
     */
    void promoted(Instant now) {
        // What was asked for before is of an earlier epoch: how it ended says nothing of this one.
        running = Optional.empty();
        covered(now);
        oweFirst(now);
    }

    /**
     * A continuous snapshot is to be taken, and there is none that it can follow: one that is none comes first. Where
     * it failed, it is tried again with growing pauses, whatever the schedule says.
     */
    void baseIsNeeded(Instant now) {
        if (running.isEmpty() && !timetable.isAwaited()) {
            oweFirst(now);
        }
    }

    private void oweFirst(Instant now) {
        List<String> periods = schedule.between(Instant.EPOCH, now);
        timetable.owe(periods.isEmpty() ? List.of(PROMOTION) : periods, now);
    }

    /** Asks for what is due now. */
    void ask(Instant now) {
        settle(now);
        forgetWhatIsTooOld(now);
        if (running.isPresent()) {
            return;
        }
        List<String> due = timetable.due(now);
        if (!due.isEmpty()) {
            try {
                SnapshotRequest request = SnapshotRequest.of(due);
                Need need = timing.skipUnchanged() ? Need.UNLESS_UNCHANGED : Need.UNLESS_SHUT_DOWN;
                running = Optional.of(queue.submitIfNeeded(request, need));
            } catch (UnderstudyException e) {
                timetable.failed(now, e.code().retry());
            }
        }
    }

    /** Behind a time in which the agent did not run, or the host slept. */
    private void forgetWhatIsTooOld(Instant now) {
        boolean stopped = asked.map(last -> Duration.between(last, now).compareTo(STOPPED) > 0)
                .orElse(true);
        asked = Optional.of(now);
        if (stopped) {
            // A tick within the jitter may not have come yet: it was not missed.
            timing.catchUp().ifPresent(age -> timetable.forget(now.minus(age).minus(timing.jitter())));
        }
    }

    Optional<Instant> next(Instant now) {
        return timetable.next(now);
    }

    private void settle(Instant now) {
        SnapshotQueue.Job<?> job = running.filter(Future::isDone).orElse(null);
        if (job == null) {
            return;
        }
        running = Optional.empty();
        try {
            job.get();
            timetable.succeeded();
        } catch (ExecutionException e) {
            timetable.failed(now, retry(e.getCause()));
        } catch (CancellationException e) {
            timetable.failed(now, ErrorCode.CANCELLED.retry());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Retry retry(Throwable failure) {
        return failure instanceof UnderstudyException known ? known.code().retry() : Retry.AFTER_OPERATOR;
    }
}
