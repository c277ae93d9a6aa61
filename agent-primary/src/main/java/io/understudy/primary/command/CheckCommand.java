package io.understudy.primary.command;

import io.understudy.primary.app.PrimaryAgent;
import io.understudy.setup.CheckReport;
import picocli.CommandLine.Command;

@Command(name = "check", description = "Looks at everything that the configuration needs and lists all that is wrong.")
final class CheckCommand extends PrimaryCommand {
    @Override
    int run(PrimaryAgent agent) {
        CheckReport report = agent.checks().run();
        cli.print(report, report::text);
        return report.exitCode();
    }
}
