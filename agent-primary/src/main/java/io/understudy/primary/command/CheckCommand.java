package io.understudy.primary.command;

import io.understudy.primary.app.PrimaryWiring;
import io.understudy.setup.CheckReport;
import picocli.CommandLine.Command;

@Command(name = "check", description = "Checks everything that a snapshot needs, and lists all faults.")
final class CheckCommand extends PrimaryCommand {
    @Override
    int run(PrimaryWiring agent) {
        CheckReport report = agent.checks().run();
        cli.print(report, report::text);
        return report.exitCode();
    }
}
