package io.understudy.primary.switchover;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.time.Duration;

/** Takes the final snapshot of a switchover. */
@FunctionalInterface
public interface FinalSnapshot {
    /**
     * Before the site is stopped: ends other snapshots, which may have stopped it themselves and start it at their end.
     *
     * @throws UnderstudyException {@code LOCKED} while one has not ended yet
     */
    default void requireNoOther() {}

    /** Ends the one that is being taken, whose switchover goes back; does not wait. */
    default void giveUp() {}

    /**
     * @param standby that is to take the site over with it
     * @param within how long it may take
     * @throws UnderstudyException why it is not committed, as far as this server knows
     */
    SnapshotId take(String standby, Duration within);
}
