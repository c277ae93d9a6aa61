package io.understudy.primary.command;

import io.understudy.setup.CheckReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "check", description = "Checks everything that a snapshot needs, and lists all faults.")
final class CheckCommand implements Callable<Integer> {
    @ParentCommand
    private PrimaryCli cli;

    @Override
    public Integer call() {
        int[] exit = new int[1];
        cli.with(agent -> {
            CheckReport report = agent.checks().run();
            cli.print(report, report::text);
            exit[0] = report.exitCode();
        });
        return exit[0];
    }
}
