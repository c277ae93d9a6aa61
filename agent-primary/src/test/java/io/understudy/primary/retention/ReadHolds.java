package io.understudy.primary.retention;

import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What commands note that they read. */
final class ReadHolds {
    private ReadHolds() {}

    static ReplicaReport of(String server, SnapshotId read, Instant when) {
        return new ReplicaReport(
                server,
                Optional.empty(),
                Optional.empty(),
                List.of(read),
                Optional.empty(),
                when,
                "0.1.0",
                Optional.empty(),
                Optional.empty());
    }
}
