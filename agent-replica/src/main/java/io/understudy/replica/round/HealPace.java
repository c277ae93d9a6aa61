package io.understudy.replica.round;

import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When the applied snapshot is loaded again by itself: at once, and when it is soon damaged again after pauses that
 * double from a minute to an hour, so that a site that keeps removing its own files is not restarted all the time. Not
 * thread-safe.
 */
final class HealPace {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private Optional<SnapshotId> healed = Optional.empty();
    private Instant notBefore = Instant.EPOCH;
    private Duration pause = FIRST;

    boolean isDue(SnapshotId snapshot, Instant now) {
        return !healed.equals(Optional.of(snapshot)) || !now.isBefore(notBefore);
    }

    void healed(SnapshotId snapshot, Instant now) {
        boolean again = healed.equals(Optional.of(snapshot));
        Duration doubled = pause.multipliedBy(2);
        pause = !again ? FIRST : doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        healed = Optional.of(snapshot);
        notBefore = now.plus(pause);
    }
}
