package io.understudy.replica.app;

import io.understudy.config.CronExpression;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.tasks.DaemonThreads;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Rehearses when it is due, in a thread of its own, and at the start clears up what a killed drill left. What fell due
 * while no daemon ran is not made up for.
 */
final class DrillSchedule implements AutoCloseable {
    private static final int SECONDS = 20;

    private final Runnable rehearse;
    private final Runnable clear;
    private final Runnable giveUp;
    private final Optional<CronExpression> schedule;
    private final Events events;
    private final Clock clock;
    private final ZoneId zone;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("drill"));
    private boolean cleared;
    private Optional<LocalDateTime> due = Optional.empty();

    /**
     * @param rehearse a drill
     * @param clear clears up what an earlier one left
     * @param giveUp ends the drill that runs; does not wait for its end
     * @param schedule empty: it only clears up
     */
    DrillSchedule(
            Runnable rehearse,
            Runnable clear,
            Runnable giveUp,
            Optional<CronExpression> schedule,
            Events events,
            Clock clock,
            ZoneId zone) {
        this.rehearse = rehearse;
        this.clear = clear;
        this.giveUp = giveUp;
        this.schedule = schedule;
        this.events = events;
        this.clock = clock;
        this.zone = zone;
    }

    DrillSchedule start() {
        executor.scheduleWithFixedDelay(this::look, 0, SECONDS, TimeUnit.SECONDS);
        return this;
    }

    /** Rehearses if it is due. */
    void look() {
        try {
            if (!cleared) {
                due = next();
                clear.run();
                cleared = true;
            }
            if (due.filter(at -> !at.isAfter(now())).isPresent()) {
                due = next();
                rehearse.run();
            }
        } catch (UnderstudyException e) {
            failed(e);
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("a drill", e));
        }
    }

    private void failed(UnderstudyException e) {
        // What it left is tried again with the next drill. A server in production has none.
        cleared = true;
        if (e.code() != ErrorCode.NOT_BACKUP_MODE && e.code() != ErrorCode.LOCKED) {
            events.report(new ReplicaEvent.DrillNotDone(e));
        }
    }

    private LocalDateTime now() {
        return LocalDateTime.ofInstant(clock.instant(), zone);
    }

    private Optional<LocalDateTime> next() {
        return schedule.flatMap(it -> it.next(now()));
    }

    @Override
    public void close() {
        giveUp.run();
        executor.shutdown();
        try {
            // The copy of the site is stopped before the agent ends.
            executor.awaitTermination(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
