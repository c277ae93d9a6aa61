package io.understudy.replica.app;

import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.promote.BoundedClaims;
import io.understudy.replica.promote.EpochClaims;
import io.understudy.replica.round.BoundedCall;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.stage.Stage;

/** The agent's own adapters, each behind the interface of the part that needs it. */
public record ReplicaParts(SnapshotSource source, EpochClaims claims, Stage stage, LiveTrees trees, BoundedCall calls) {
    /** As on a real server, where a promotion waits for the filestore no longer than it has to. */
    ReplicaParts bounded() {
        return new ReplicaParts(source, new BoundedClaims(claims), stage, trees, BoundedCall.threads("last-look"));
    }
}
