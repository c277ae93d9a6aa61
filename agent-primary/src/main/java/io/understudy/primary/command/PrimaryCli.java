package io.understudy.primary.command;

import io.understudy.audit.AuditCommand;
import io.understudy.browse.CatCommand;
import io.understudy.browse.FindCommand;
import io.understudy.browse.HoldingReader;
import io.understudy.browse.LsCommand;
import io.understudy.browse.RepositoryReader;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.Terminal;
import io.understudy.config.Settings;
import io.understudy.diff.DiffCommand;
import io.understudy.dump.DumpCommand;
import io.understudy.history.HistoryCommand;
import io.understudy.history.RestoreRowCommand;
import io.understudy.primary.app.PrimaryWiring;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;

/** {@code agent-primary}. */
@Command(
        name = "agent-primary",
        description = "Takes snapshots of a site and announces them to its standbys.",
        footer = {
            "",
            "Exit codes: 0 success, 1 a defect, 2 wrong usage, 10-19 configuration and role,",
            "20-29 filestore and repository, 30-39 database, 40-49 authenticity and integrity,",
            "50-59 epochs and snapshots, 60-69 files and disks, 70-79 the site's service,",
            "80-89 the other server.",
            "UNDERSTUDY_LOG sets the level of the log: error, warn, info, debug."
        })
public final class PrimaryCli extends SnapshotProgram {
    public PrimaryCli(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected List<Class<?>> commands() {
        return List.of(
                RunCommand.class,
                InitCommand.class,
                SnapshotCommand.class,
                ShutdownCommand.class,
                SwitchoverCommand.class,
                OrphanCommand.class,
                ListCommand.class,
                ShowCommand.class,
                ClosureCommand.class,
                LsCommand.class,
                CatCommand.class,
                FindCommand.class,
                DiffCommand.class,
                HistoryCommand.class,
                DumpCommand.class,
                VerifyCommand.class,
                RestoreCommand.class,
                RestoreRowCommand.class,
                PruneCommand.class,
                QuiesceCommand.class,
                SyncCommand.class,
                StatusCommand.class,
                CheckCommand.class,
                NotifyCommand.class,
                KeysCommand.class,
                EncryptCommand.class,
                RekeyCommand.class,
                DecryptCommand.class,
                AuditCommand.class,
                TlsCommand.class);
    }

    @Override
    public <T> T reading(Settings settings, Function<SnapshotReader, T> work) {
        try (PrimaryWiring agent = PrimaryWiring.of(settings)) {
            return work.apply(reader(agent));
        }
    }

    static SnapshotReader reader(PrimaryWiring agent) {
        Settings settings = agent.settings();
        return HoldingReader.of(
                new RepositoryReader(agent.repository()),
                settings.primary().name(),
                settings.state(),
                agent.repository());
    }

    public static void main(String[] arguments) {
        System.exit(new PrimaryCli(Terminal.system()).execute(arguments));
    }
}
