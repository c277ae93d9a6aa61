package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.apply.TreeSwap;
import io.understudy.replica.databases.DatabaseExchange;
import io.understudy.replica.databases.DatabaseStager;
import io.understudy.replica.promote.BoundedClaims;
import io.understudy.replica.promote.EpochClaims;
import io.understudy.replica.promote.RepositoryClaims;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.stage.TreeStager;
import io.understudy.repository.EpochStore;
import io.understudy.repository.RepositoryAccess;
import io.understudy.tasks.BoundedCall;

/** The agent's own adapters, each behind the interface of the part that needs it. */
public record ReplicaParts(SnapshotSource source, EpochClaims claims, Stage stage, LiveTrees trees, BoundedCall calls) {
    /** Looks of a daemon's rounds that hang in a filestore that does not answer. */
    private static final int MOST_LOOKS = 8;

    static ReplicaParts shipped(
            Settings settings,
            ReplicaPorts ports,
            SnapshotSource snapshots,
            RepositoryAccess repository,
            EpochStore epochs) {
        ReplicaDisk disk = ports.disk();
        Stage trees = new TreeStager(
                settings.state(),
                settings.trees(),
                Rewrites.of(settings.replica().changes()),
                ports.clock(),
                disk.space(),
                disk.mounts());
        LiveTrees live = new TreeSwap(settings.state(), disk.files());
        DatabaseExchange exchange = new DatabaseExchange(live, ports.others(), settings.state(), ports.clock());
        return new ReplicaParts(
                snapshots,
                new RepositoryClaims(
                        repository,
                        settings.signing(),
                        epochs,
                        settings.replica().name()),
                new DatabaseStager(trees, exchange),
                exchange,
                BoundedCall.direct());
    }

    /** As on a real server, where a promotion waits for the filestore no longer than it has to. */
    ReplicaParts bounded() {
        return new ReplicaParts(
                source,
                new BoundedClaims(claims),
                stage,
                trees,
                BoundedCall.threads("last-look", MOST_LOOKS, "agent-replica"));
    }
}
