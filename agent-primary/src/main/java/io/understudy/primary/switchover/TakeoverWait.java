package io.understudy.primary.switchover;

import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether the old primary's site may start as a standby's: when the new primary serves, or a few seconds after the
 * claim. Where the two share a machine, its disks or its database server, the start of the standby's site must not
 * slow down the one that all visitors wait for.
 *
 * <p>The wait is of one process: the next one waits again, no longer than the rest by the clock, so the site never
 * stays down. Not thread-safe.
 */
final class TakeoverWait {
    /** From the claim until it starts whatever the new primary says: most sites are restarted within that. */
    static final Duration LONGEST = Duration.ofSeconds(5);

    private final Predicate<String> serving;
    private final Clock clock;
    private final Ticker ticker;
    /** When this process saw the hand-over first, by the clock of the note and by the ticker. */
    private Optional<Instant> handedOver = Optional.empty();

    private long seenAt;

    /** @param serving whether a standby says that its site serves as production */
    TakeoverWait(Predicate<String> serving, Clock clock, Ticker ticker) {
        this.serving = Objects.requireNonNull(serving);
        this.clock = clock;
        this.ticker = ticker;
    }

    boolean isOver(SwitchoverNote note) {
        Instant since = note.reached().getOrDefault(Step.HANDED_OVER, Instant.EPOCH);
        if (!handedOver.equals(Optional.of(since))) {
            handedOver = Optional.of(since);
            seenAt = ticker.nanos();
        }
        // A clock that was set back must not keep the site down, and one that was set forward only ends the wait.
        return ticker.since(seenAt).compareTo(LONGEST) >= 0
                || Duration.between(since, clock.instant()).compareTo(LONGEST) >= 0
                || serving.test(note.standby());
    }
}
