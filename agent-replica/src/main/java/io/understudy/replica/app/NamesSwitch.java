package io.understudy.replica.app;

import io.understudy.config.DnsSettings;
import io.understudy.config.Settings;
import io.understudy.dns.DnsSwitch;
import io.understudy.dns.DnsSwitched;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands.DnsRequest;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.NamesDue;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochStore;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Points the names of the site to this server, where it is in production: it has no marker, and no other server was
 * promoted after it, as far as is known. Next to whatever else the agent does.
 */
final class NamesSwitch {
    private final Settings settings;
    private final BackupMode backup;
    private final ReplicaStateStore store;
    private final BooleanSupplier overtaken;
    private final NamesDue due;
    private final Clock clock;
    private final Ticker ticker;

    static NamesSwitch of(ReplicaWiring wiring) {
        return new NamesSwitch(
                wiring.settings(),
                wiring.marker(),
                wiring.store(),
                new Overtaken(wiring.store(), new EpochStore(wiring.settings().state()), wiring::repository),
                wiring.names(),
                wiring.ports().clock(),
                wiring.ports().ticker());
    }

    /** @param overtaken whether another server was promoted after this one */
    NamesSwitch(
            Settings settings,
            BackupMode backup,
            ReplicaStateStore store,
            BooleanSupplier overtaken,
            NamesDue due,
            Clock clock,
            Ticker ticker) {
        this.settings = settings;
        this.backup = backup;
        this.store = store;
        this.overtaken = overtaken;
        this.due = due;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Names that a promotion left due are not any more, once they were pointed here.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} without {@code dns}, {@code BACKUP_MODE} on a standby,
     *     {@code FENCED} where another server was promoted after this one
     */
    DnsSwitched run(DnsRequest request, Progress progress) {
        DnsSettings dns = settings.failover()
                .dns()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot switch the names of the site: dns is not configured",
                        "set dns.name, dns.resolvers and dns.expected, docs/dns.md"));
        requirePrimary();
        Optional<Integer> left = due.epoch();
        DnsSwitched result = new DnsSwitch(
                        settings.site(),
                        dns,
                        new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()), ticker),
                        clock,
                        ticker)
                .run(request.force(), progress);
        // What was changed needs no second attempt, only time; where nothing can be changed none is of use.
        if (result.agrees() || result.changed() || !dns.switches()) {
            left.ifPresent(due::clear);
        }
        return result;
    }

    private void requirePrimary() {
        if (backup.on()) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot point the names of the site to this server: it is in backup mode",
                    "agent-replica promote makes it the primary, and points the names here");
        }
        if (overtaken.getAsBoolean()) {
            // One of a promotion that overrules the other is not due yet.
            due.due(store::state).ifPresent(due::clear);
            throw new UnderstudyException(
                    ErrorCode.FENCED,
                    "cannot point the names of the site to this server: another server was promoted after it",
                    "visitors belong to that one: keep the site of this server stopped, and make it a standby with"
                            + " agent-replica rejoin");
        }
    }
}
