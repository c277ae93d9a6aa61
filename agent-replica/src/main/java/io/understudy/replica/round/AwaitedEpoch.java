package io.understudy.replica.round;

import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * What a standby waits for when nothing in the repository may be imported: the first snapshot of the epoch that a
 * promoted server claimed. Those of lower epochs were overtaken. Everything that reports it, does so in these words.
 */
public record AwaitedEpoch(int epoch) {
    /**
     * @param newest in the repository; empty when there is no snapshot
     * @param highest epoch that was claimed; 0 when none was, or none was seen
     * @return empty when the newest snapshot is of that epoch, or there is none at all
     */
    public static Optional<AwaitedEpoch> of(Optional<SnapshotId> newest, int highest) {
        return newest.filter(snapshot -> snapshot.epoch() < highest).map(snapshot -> new AwaitedEpoch(highest));
    }

    /** {@code waits for the first snapshot of epoch 2; those of earlier epochs are not imported}. */
    public String text() {
        return "waits for the first snapshot of epoch " + epoch + "; those of earlier epochs are not imported";
    }
}
