package io.understudy.primary.switchover;

import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long a switchover may still take. Within one process that passes by the ticker, also when the clock is set; a
 * process that is started in the middle has the clock alone, and what that says counts up to the whole limit. Not
 * thread-safe.
 */
final class TimeLeft {
    private final Clock clock;
    private final Ticker ticker;
    /** The switchover that was asked about last. */
    private Optional<Instant> begun = Optional.empty();

    private Duration atFirst = Duration.ZERO;
    private long seenAt;

    TimeLeft(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Negative or zero when its time is over. */
    Duration of(SwitchoverNote note) {
        Instant start = note.reached().getOrDefault(Step.INTENDED, note.until());
        if (!begun.equals(Optional.of(start))) {
            begun = Optional.of(start);
            seenAt = ticker.nanos();
            Duration whole = Duration.between(start, note.until());
            Duration left = Duration.between(clock.instant(), note.until());
            atFirst = left.compareTo(whole) < 0 ? left : whole;
        }
        return atFirst.minus(ticker.since(seenAt));
    }
}
