package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.dns.DnsSwitch;
import io.understudy.dns.DnsSwitched;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.state.BackupMode;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.time.Clock;

/** Points the names of the site to this server, where it is in production. Next to whatever else the agent does. */
final class NamesSwitch {
    private final Settings settings;
    private final BackupMode backup;
    private final Clock clock;
    private final Ticker ticker;

    static NamesSwitch of(ReplicaWiring wiring) {
        return new NamesSwitch(
                wiring.settings(),
                wiring.marker(),
                wiring.ports().clock(),
                wiring.ports().ticker());
    }

    NamesSwitch(Settings settings, BackupMode backup, Clock clock, Ticker ticker) {
        this.settings = settings;
        this.backup = backup;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} without {@code dns}, {@code BACKUP_MODE} on a standby */
    DnsSwitched run(boolean force, Progress progress) {
        DnsSwitch names = settings.failover()
                .dns()
                .map(dns -> new DnsSwitch(
                        settings.site(),
                        dns,
                        new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()), ticker),
                        clock,
                        ticker))
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot switch the names of the site: dns is not configured",
                        "set dns.name, dns.resolvers and dns.expected, docs/dns.md"));
        if (backup.on()) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot point the names of the site to this server: it is in backup mode",
                    "agent-replica promote makes it the primary, and points the names here");
        }
        return names.run(force, progress);
    }
}
