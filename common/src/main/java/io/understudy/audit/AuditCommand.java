package io.understudy.audit;

import io.understudy.cli.CommandGroup;
import io.understudy.time.Ticker;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The command {@code audit verify} of both agents. */
@Command(
        name = "audit",
        description = "Who asked this server's agents for what.",
        subcommands = AuditCommand.Verify.class)
public final class AuditCommand extends CommandGroup {
    @Command(
            name = "verify",
            description = "Reads the audit files of the state folder, and fails where their chain is broken.")
    static final class Verify implements Runnable {
        @ParentCommand
        private AuditCommand audit;

        @Override
        public void run() {
            AuditVerification.Report report =
                    AuditVerification.verify(audit.cli.settings().state(), Ticker.system());
            audit.cli.print(report, report::text);
        }
    }
}
