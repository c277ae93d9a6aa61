package io.understudy.primary.app;

import io.understudy.admin.AdminCommand;
import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverView;
import java.time.Duration;

/** What can be asked of a primary's daemon. */
public final class PrimaryCommands {
    public static final AdminCommand<SnapshotRequest, SnapshotView> SNAPSHOT =
            AdminCommand.of("snapshot", SnapshotRequest.class, SnapshotView.class);
    public static final AdminCommand<SwitchoverRequest, SwitchoverView> SWITCHOVER =
            AdminCommand.of("switchover", SwitchoverRequest.class, SwitchoverView.class);
    public static final AdminCommand<Nothing, StatusView> STATUS =
            AdminCommand.quick("status", Nothing.class, StatusView.class, Duration.ofSeconds(20));

    private PrimaryCommands() {}
}
