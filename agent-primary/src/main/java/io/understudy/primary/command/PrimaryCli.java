package io.understudy.primary.command;

import io.understudy.audit.AuditCommand;
import io.understudy.cli.AgentProgram;
import io.understudy.cli.Terminal;
import java.util.List;
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
public final class PrimaryCli extends AgentProgram {
    public PrimaryCli(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected List<Class<?>> commands() {
        return List.of(
                RunCommand.class,
                InitCommand.class,
                SnapshotCommand.class,
                ListCommand.class,
                ShowCommand.class,
                VerifyCommand.class,
                PruneCommand.class,
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

    public static void main(String[] arguments) {
        System.exit(new PrimaryCli(Terminal.system()).execute(arguments));
    }
}
