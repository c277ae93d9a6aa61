package io.understudy.replica.drill;

import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Optional;

/**
 * The content that a promotion would serve, and a drill rehearses.
 *
 * @param ahead where it is in the spare database, which no site uses
 */
public record Newest(SnapshotId snapshot, Optional<Instant> moment, Optional<Ahead> ahead) {
    /** Empty before the first import. */
    public static Optional<Newest> of(ReplicaRecord record) {
        Optional<SnapshotId> live = record.live().flatMap(DatabaseVersion::snapshot);
        return record.ahead()
                .filter(it ->
                        live.filter(id -> id.compareTo(it.snapshot()) >= 0).isEmpty())
                .map(it -> new Newest(it.snapshot(), Optional.of(it.moment()), Optional.of(it)))
                .or(() -> live.map(
                        id -> new Newest(id, record.live().flatMap(DatabaseVersion::moment), Optional.empty())));
    }
}
