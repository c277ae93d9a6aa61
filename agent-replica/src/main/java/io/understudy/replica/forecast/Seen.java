package io.understudy.replica.forecast;

import io.understudy.replica.hold.Hold;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;

/**
 * What was seen of a standby a moment ago.
 *
 * @param found what it contradicts of what is remembered
 * @param newest in the filestore, as far as that was seen
 * @param complete whether no younger data can come: the primary was shut down, and its last snapshot is live here
 * @param held what an operator has to decide about, and that no promotion serves
 * @param busy whether a round runs now
 */
public record Seen(
        boolean backupMode,
        ReplicaRecord record,
        List<Discrepancy> found,
        Optional<SnapshotId> newest,
        boolean complete,
        Optional<Hold> held,
        boolean busy) {
    public Seen {
        found = List.copyOf(found);
    }
}
