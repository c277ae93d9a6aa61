package io.understudy.replica.events;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Receives what the replica does. Called from the thread that does it: implementations are quick and thread-safe; what
 * they throw is logged, no more.
 */
public interface ReplicaEvents {
    /** The filestore answered a listing. */
    default void polled(Optional<SnapshotId> newest) {}

    /** The highest epoch claimed in the repository was read. */
    default void epoch(int highest) {}

    /** A step begins; what the round worked on before is over. */
    default void began(SnapshotId snapshot, Step step) {}

    /** How far the running step has come; {@code total} is -1 while unknown. */
    default void progressed(Step step, long doneBytes, long totalBytes) {}

    /** A snapshot is live for good; {@code took} is empty when an earlier process had begun it. */
    default void applied(SnapshotId snapshot, Optional<Instant> moment, Instant when, Optional<Duration> took) {}

    /** N-1 is live again, by a failed proof or by {@code rollback}; empty: the state before the first import. */
    default void wentBack(Optional<SnapshotId> snapshot, Optional<Instant> moment) {}

    /** A round failed in this step. */
    default void failed(Step step, UnderstudyException failure) {}

    /**
     * A clean-up of what imports left has ended.
     *
     * @param failures attempts that failed in a row; 0: all is cleared up
     */
    default void clearedUp(int failures) {}

    /** The round is over, whatever came of it. */
    default void idle() {}

    static ReplicaEvents none() {
        return new ReplicaEvents() {};
    }

    /** Calls each listener in turn, also when another one fails: monitoring delays nothing. */
    static ReplicaEvents all(List<ReplicaEvents> listeners) {
        return new ReplicaEventsFan(List.copyOf(listeners));
    }
}
