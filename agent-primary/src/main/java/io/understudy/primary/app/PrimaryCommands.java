package io.understudy.primary.app;

import io.understudy.admin.AdminCommand;
import io.understudy.admin.AdminCommand.Nothing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What can be asked of a primary's daemon. */
public final class PrimaryCommands {
    /** The label of a snapshot that was asked for without one. */
    public static final String MANUAL = "manual";

    public static final AdminCommand<SnapshotRequest, SnapshotView> SNAPSHOT =
            AdminCommand.of("snapshot", SnapshotRequest.class, SnapshotView.class);
    public static final AdminCommand<Nothing, StatusView> STATUS =
            AdminCommand.quick("status", Nothing.class, StatusView.class, Duration.ofSeconds(20));

    private PrimaryCommands() {}

    /** @param periods labels of the snapshot; none means {@link #MANUAL} */
    public record SnapshotRequest(List<String> periods) {
        public SnapshotRequest {
            List<String> given = Optional.ofNullable(periods).orElse(List.of());
            periods = given.isEmpty() ? List.of(MANUAL) : List.copyOf(given);
        }
    }
}
