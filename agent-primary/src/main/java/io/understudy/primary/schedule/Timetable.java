package io.understudy.primary.schedule;

import io.understudy.failure.Retry;
import io.understudy.time.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * What the schedule asks for now. Ticks that were missed, asleep or not running, are due as one snapshot with all
 * their labels. One that failed stays due: it is tried again with growing pauses when that may help, otherwise with
 * the next tick. Not thread-safe.
 */
public final class Timetable {
    private final Schedule schedule;
    private final Jitter jitter;
    private final Backoff retry;
    private final TreeSet<String> owed = new TreeSet<>();
    private Instant covered;
    private Optional<Instant> again = Optional.empty();

    /** @param covered ticks up to here need no snapshot any more: the moment of the newest one */
    public Timetable(Schedule schedule, Instant covered, Backoff retry) {
        this(schedule, covered, retry, Duration.ZERO, RandomGenerator.getDefault());
    }

    /**
     * @param covered as above
     * @param jitter up to so much after its tick a snapshot is due; what else falls due until then is part of it
     * @param random draws how much
     */
    public Timetable(Schedule schedule, Instant covered, Backoff retry, Duration jitter, RandomGenerator random) {
        this.schedule = Objects.requireNonNull(schedule);
        this.jitter = new Jitter(jitter, random);
        this.covered = Objects.requireNonNull(covered);
        this.retry = Objects.requireNonNull(retry);
    }

    /** The labels of the snapshot that is due; empty when none is. The caller that takes it reports how it went. */
    public List<String> due(Instant now) {
        if (covered.isAfter(now)) {
            // The clock was set back.
            covered = now;
        }
        List<String> ticks = schedule.between(covered, now);
        if (!ticks.isEmpty() && tick(covered).filter(now::isBefore).isEmpty()) {
            covered = now;
            owed.addAll(ticks);
            return List.copyOf(owed);
        }
        return again.filter(moment -> !moment.isAfter(now)).isPresent() ? List.copyOf(owed) : List.of();
    }

    /** Ticks before this moment are not made up. */
    public void forget(Instant before) {
        covered = covered.isBefore(before) ? before : covered;
    }

    private Optional<Instant> tick(Instant from) {
        return schedule.next(from).map(jitter::of);
    }

    /** A snapshot with these labels is due, whatever the schedule says: now, or after a pause where one failed. */
    public void owe(List<String> labels, Instant now) {
        again = Optional.of(owed.isEmpty() ? now : now.plus(retry.next()));
        owed.addAll(labels);
    }

    /** Whether a snapshot is due, or will be because one failed, before the next tick. */
    public boolean isAwaited() {
        return again.isPresent();
    }

    /** A snapshot that was due exists. */
    public void succeeded() {
        owed.clear();
        again = Optional.empty();
        retry.reset();
    }

    /** A snapshot that was due failed. */
    public void failed(Instant now, Retry how) {
        again = how == Retry.WITH_BACKOFF ? Optional.of(now.plus(retry.next())) : Optional.empty();
    }

    /** When a snapshot will be due; empty when never. */
    public Optional<Instant> next(Instant now) {
        Instant from = covered.isAfter(now) ? now : covered;
        Optional<Instant> tick = tick(from);
        return tick.isEmpty() || again.filter(tick.get()::isAfter).isPresent() ? again : tick;
    }
}
