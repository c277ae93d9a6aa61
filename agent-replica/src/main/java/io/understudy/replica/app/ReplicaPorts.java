package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.promote.EpochClaims;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;

/** Everything outside that a replica works with. */
public record ReplicaPorts(
        Settings settings,
        ReplicaStateStore store,
        BackupMode backup,
        LiveDatabases databases,
        SpareLoader loader,
        Stage stage,
        LiveTrees trees,
        SiteService site,
        SnapshotSource source,
        EpochClaims claims,
        Clock clock,
        Ticker ticker) {}
