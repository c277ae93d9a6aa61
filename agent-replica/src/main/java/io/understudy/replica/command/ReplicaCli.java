package io.understudy.replica.command;

import io.understudy.admin.AdminCall;
import io.understudy.admin.AdminCommand;
import io.understudy.audit.AuditCommand;
import io.understudy.browse.CatCommand;
import io.understudy.browse.FindCommand;
import io.understudy.browse.HoldingReader;
import io.understudy.browse.LsCommand;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.ProgressDisplay;
import io.understudy.cli.Terminal;
import io.understudy.config.Settings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.diff.DiffCommand;
import io.understudy.dump.DumpCommand;
import io.understudy.events.Events;
import io.understudy.history.HistoryCommand;
import io.understudy.history.RestoreRowCommand;
import io.understudy.replica.app.Replica;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.fetch.AnsweringRepository;
import io.understudy.replica.fetch.MirroredReader;
import io.understudy.replica.state.ApplyLock;
import io.understudy.repository.Repository;
import io.understudy.tasks.BoundedCall;
import io.understudy.time.Ticker;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine.Command;

/** The command line of {@code agent-replica}. Each command has a class of its own. */
@Command(name = "agent-replica", description = "Keeps this server a standby of a site, and promotes it.")
public final class ReplicaCli extends SnapshotProgram {
    public ReplicaCli(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected List<Class<?>> commands() {
        return List.of(
                RunCommand.class,
                InitCommand.class,
                RejoinCommand.class,
                OrphansCommand.class,
                CheckCommand.class,
                RehearseSiteCommand.class,
                NotifyCommand.class,
                SyncCommand.class,
                StatusCommand.class,
                ListCommand.class,
                LsCommand.class,
                CatCommand.class,
                FindCommand.class,
                DiffCommand.class,
                HistoryCommand.class,
                DumpCommand.class,
                VerifyCommand.class,
                RestoreCommand.class,
                RestoreRowCommand.class,
                RewriteCommand.class,
                RollbackCommand.class,
                ForecastCommand.class,
                DrillCommand.class,
                AcceptCommand.class,
                RejectCommand.class,
                SwitchoverCommand.class,
                PromoteCommand.class,
                DnsCommand.class,
                AuditCommand.class);
    }

    public static void main(String[] arguments) {
        System.exit(new ReplicaCli(Terminal.system()).execute(arguments));
    }

    @Override
    public <T> T reading(Settings settings, Function<SnapshotReader, T> work) {
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            return work.apply(reader(wiring));
        }
    }

    static SnapshotReader reader(ReplicaWiring wiring) {
        Settings settings = wiring.settings();
        Supplier<Repository> repository = new AnsweringRepository(
                wiring::repository,
                settings.filestore()
                        .several()
                        .flatMap(all -> all.stores().stream()
                                .map(NamedFilestore::holdUp)
                                .max(Comparator.naturalOrder())),
                BoundedCall.threads("read-filestore", 4, "agent-replica"),
                Ticker.system());
        return HoldingReader.of(
                new MirroredReader(repository, wiring.snapshots()::here),
                settings.replica().name(),
                settings.state(),
                repository);
    }

    boolean daemonRuns(Settings settings) {
        return new ApplyLock(settings.state()).daemonRuns();
    }

    /** By the daemon when it runs, here otherwise. */
    <Q, R> R call(ReplicaWiring wiring, AdminCommand<Q, R> command, Q request) {
        try (ProgressDisplay progress = progress()) {
            Settings settings = wiring.settings();
            return daemonRuns(settings)
                    ? wiring.access().client().call(command, request, progress)
                    : wiring.handlers(false).call(command, request, AdminCall.here(progress));
        }
    }

    /** To see, before an operator is asked, whether there is anything to do. */
    static Replica looking(ReplicaWiring wiring) {
        return wiring.replica(Events.none());
    }
}
