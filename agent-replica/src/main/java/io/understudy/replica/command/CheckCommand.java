package io.understudy.replica.command;

import io.understudy.replica.app.ReplicaWiring;
import io.understudy.setup.CheckReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The command {@code check}. Its exit code is that of the first fault. */
@Command(
        name = "check",
        description = "Checks everything that an import and a promotion need, and lists all faults. Changes nothing.")
final class CheckCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicaCli cli;

    @Override
    public Integer call() {
        try (ReplicaWiring wiring = ReplicaWiring.of(cli.settings())) {
            CheckReport report = wiring.checks().run();
            cli.print(report, report::text);
            return report.exitCode();
        }
    }
}
