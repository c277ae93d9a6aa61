package io.understudy.primary.command;

import io.understudy.primary.app.PrimaryWiring;
import io.understudy.setup.CheckReport;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "check", description = "Checks everything that a snapshot needs, and lists all faults.")
final class CheckCommand extends PrimaryCommand {
    @Option(
            names = "--recovery-key",
            paramLabel = "FILE",
            description = "Also try whether the recovery key in this file opens the newest snapshot, and remember it.")
    private Path recoveryKey;

    @Override
    boolean forAllSites() {
        return true;
    }

    @Override
    int run(PrimaryWiring agent) {
        CheckReport own = agent.checks().run(Optional.ofNullable(recoveryKey));
        CheckReport report = cli.besideOthers(own, agent.settings());
        cli.print(report, report::text);
        return report.exitCode();
    }
}
