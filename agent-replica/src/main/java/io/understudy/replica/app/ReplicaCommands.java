package io.understudy.replica.app;

import io.understudy.admin.AdminCommand;
import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.dns.DnsSwitched;
import io.understudy.replica.drill.DrillReport;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.promote.Promotion;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.Optional;

/** What can be asked of a replica: by its own commands, of the daemon that runs or in their own process. */
public final class ReplicaCommands {
    public static final AdminCommand<SyncRequest, Synced> SYNC =
            AdminCommand.of("sync", SyncRequest.class, Synced.class);
    public static final AdminCommand<RestoreRequest, Synced> RESTORE =
            AdminCommand.of("restore", RestoreRequest.class, Synced.class);
    public static final AdminCommand<HoldRequest, Decided> ACCEPT =
            AdminCommand.of("accept", HoldRequest.class, Decided.class);
    public static final AdminCommand<HoldRequest, Decided> REJECT =
            AdminCommand.of("reject", HoldRequest.class, Decided.class);
    public static final AdminCommand<Nothing, Synced> ROLLBACK =
            AdminCommand.of("rollback", Nothing.class, Synced.class);
    public static final AdminCommand<Promotion.Request, PromoteResult> PROMOTE =
            AdminCommand.of("promote", Promotion.Request.class, PromoteResult.class);
    /** Points the names of the site to this server, and waits for the resolvers. */
    public static final AdminCommand<DnsRequest, DnsSwitched> DNS_SWITCH =
            AdminCommand.of("dns_switch", DnsRequest.class, DnsSwitched.class);
    /** Rehearses a promotion. Its result is the report, however the drill ended. */
    public static final AdminCommand<Nothing, DrillReport> DRILL =
            AdminCommand.of("drill", Nothing.class, DrillReport.class);
    /** It looks at the database server, which may take its time to refuse. */
    public static final AdminCommand<Nothing, StatusView> STATUS =
            AdminCommand.quick("status", Nothing.class, StatusView.class, Duration.ofSeconds(30));
    /** As status; it also asks for the claims in the filestore, and the site for its health. */
    public static final AdminCommand<Nothing, Forecast> FORECAST =
            AdminCommand.quick("forecast", Nothing.class, Forecast.class, Duration.ofSeconds(30));

    private ReplicaCommands() {}

    /** @param retryRejected whether a snapshot that the health check rejected is tried again */
    public record SyncRequest(boolean retryRejected) {}

    /**
     * @param force whether records that are of neither server are replaced too
     * @param promoted the epoch of a promotion that was just done: the daemon points the names by itself then, and what
     *     came of that is the answer; empty: they are pointed now
     */
    public record DnsRequest(boolean force, Optional<Integer> promoted) {
        public DnsRequest(boolean force) {
            this(force, Optional.empty());
        }
    }

    public record RestoreRequest(SnapshotId snapshot) {}

    /** @param snapshot that is held */
    public record HoldRequest(SnapshotId snapshot) {}
}
