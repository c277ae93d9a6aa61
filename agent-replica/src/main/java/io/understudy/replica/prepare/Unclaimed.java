package io.understudy.replica.prepare;

import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * What a server served without holding an epoch for it: it was promoted, and its claim has yet to stand or never did,
 * as another server's came first; or its marker was removed by hand, and no agent claimed anything. It shipped nothing
 * of that, but where only its note of its epoch is lost.
 *
 * @param epoch of the content with which it began to serve, 1 or more
 * @param imported the snapshot with which it began; empty where that is not known
 */
public record Unclaimed(int epoch, Optional<SnapshotId> imported) {
    /**
     * @param held the highest epoch that this server holds or held; 0: none
     * @param standby whether the marker is there
     * @return empty where what it served is of an epoch that it held, or nothing is known of it
     */
    static Optional<Unclaimed> of(ReplicaState state, int held, boolean standby) {
        Optional<Unclaimed> served = Optional.empty();
        if (state instanceof Promoted promoted && !promoted.holdsEpoch()) {
            served = imported(promoted.current(), held)
                    .or(() -> Optional.of(new Unclaimed(promoted.epoch() - 1, Optional.empty()))
                            .filter(each -> held == 0 && each.epoch() > 0));
        } else if (state instanceof Following following && !standby) {
            served = imported(following.current(), held);
        }
        return served;
    }

    private static Optional<Unclaimed> imported(DatabaseVersion live, int held) {
        return live.snapshot()
                .filter(each -> each.epoch() > held)
                .map(each -> new Unclaimed(each.epoch(), Optional.of(each)));
    }
}
