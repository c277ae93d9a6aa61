package io.understudy.primary.capture;

import io.understudy.primary.capture.database.SourceDatabase.Effort;
import java.time.Duration;
import java.util.Optional;

/**
 * How a look for changes ended.
 *
 * @param outcome what it found
 * @param taken the snapshot, where there was a change
 * @param read what it took to read the database; empty where it was not read
 * @param walked how long the trees took to be looked through, without what was stored of them
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

    /**
     * The work of reading the database: not what it waited for other sessions, the filestore or its share of the
     * processors.
     *
     * @param took from the frozen moment to the end, 0 or more
     * @param byChanges whether it was known what changed, so that not all was read
     * @param decoded how much of it the server decoded its log
     */
    public record Reading(Duration took, boolean byChanges, Duration decoded) {
        /** @param took without what it waited for the filestore */
        static Reading of(Duration took, Effort effort) {
            Duration work = took.minus(effort.waited());
            return new Reading(work.isNegative() ? Duration.ZERO : work, effort.byChanges(), effort.decoded());
        }
    }

    static Looked without(Outcome outcome) {
        return new Looked(outcome, Optional.empty(), Optional.empty(), Duration.ZERO);
    }
}
