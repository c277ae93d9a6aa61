package io.understudy.replica.fetch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How often this standby reports, and clears the mirror up, while continuous snapshots come every few seconds: both
 * cost more than one of these. By the clock of this server; one that was set back makes them due. Not thread-safe.
 */
final class MirrorUpkeep {
    private static final Duration REPORT = Duration.ofMinutes(1);
    private static final Duration TRIM = Duration.ofMinutes(10);
    /** The share of the time that clearing up takes at most is one of this many. */
    private static final int SHARE = 20;

    private final Clock clock;
    private Optional<Instant> reported = Optional.empty();
    private Optional<Instant> trimmed = Optional.empty();
    private Duration trimming = Duration.ZERO;

    MirrorUpkeep(Clock clock) {
        this.clock = clock;
    }

    boolean reportIsDue() {
        return isOver(reported, REPORT);
    }

    boolean trimIsDue() {
        Duration share = trimming.multipliedBy(SHARE);
        return isOver(trimmed, share.compareTo(TRIM) > 0 ? share : TRIM);
    }

    void reported() {
        reported = Optional.of(clock.instant());
    }

    void trim(Runnable work) {
        Instant begin = clock.instant();
        // What fails is not tried again for each snapshot.
        trimmed = Optional.of(begin);
        work.run();
        trimmed = Optional.of(clock.instant());
        trimming = Duration.between(begin, clock.instant());
    }

    private boolean isOver(Optional<Instant> last, Duration pause) {
        Instant now = clock.instant();
        return last.filter(then -> !now.isBefore(then) && now.isBefore(then.plus(pause)))
                .isEmpty();
    }
}
