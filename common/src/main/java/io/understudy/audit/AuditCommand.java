package io.understudy.audit;

import io.understudy.cli.AgentProgram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The command {@code audit verify} of both agents. */
@Command(
        name = "audit",
        description = "Who asked this server's agents for what.",
        subcommands = AuditCommand.Verify.class)
public final class AuditCommand implements Runnable {
    @ParentCommand
    private AgentProgram cli;

    @Spec
    private CommandSpec spec;

    /** Without what to do with it there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do with it: verify");
    }

    @Command(
            name = "verify",
            description = "Reads the audit file of the state folder, and fails where its chain is broken.")
    static final class Verify implements Runnable {
        @ParentCommand
        private AuditCommand audit;

        @Override
        public void run() {
            AuditVerification.Report report =
                    AuditVerification.verify(audit.cli.settings().state());
            audit.cli.print(report, report::text);
        }
    }
}
