package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.setup.CheckReport;
import picocli.CommandLine.Command;

/** The command {@code check}. Its exit code is that of the first fault. */
@Command(
        name = "check",
        description = "Checks everything that an import and a promotion need, and lists all faults. Changes nothing.")
final class CheckCommand extends ReplicaCommand {
    @Override
    boolean forAllSites() {
        return true;
    }

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        CheckReport report = cli.besideOthers(wiring.checks().run(), settings);
        cli.print(report, report::text);
        return report.exitCode();
    }
}
