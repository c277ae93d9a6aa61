package io.understudy.primary.capture;

import java.time.Duration;
import java.util.Optional;

/**
 * How a look for changes ended.
 *
 * @param outcome what it found
 * @param taken the snapshot, where there was a change
 * @param read what it took to read the database, from the request to the end; empty where it was not read
 * @param walked how long the trees took to be read
 */
public record Looked(Outcome outcome, Optional<Taken> taken, Optional<Reading> read, Duration walked) {
    /** What became of it. */
    public enum Outcome {
        NOTHING_CHANGED,
        TAKEN,
        /** There is no snapshot of this epoch that is not continuous and can be relied on: one of those has to come. */
        NO_BASE,
        /** Another process takes a snapshot, or deletes. */
        BUSY
    }

    /** @param byChanges whether it was known what changed, so that not all was read */
    public record Reading(Duration took, boolean byChanges) {}

    static Looked without(Outcome outcome) {
        return new Looked(outcome, Optional.empty(), Optional.empty(), Duration.ZERO);
    }
}
