package io.understudy.primary.command;

import io.understudy.primary.app.Daemon;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "run",
        description =
                "Runs the agent until it is stopped: snapshots on schedule, announcements, metrics. Idles in backup mode.")
final class RunCommand implements Runnable {
    @ParentCommand
    private PrimaryCli cli;

    @Override
    public void run() {
        cli.with(agent -> {
            Daemon daemon = agent.daemon(port -> {});
            cli.interruptible(daemon::run, daemon::stop);
        });
    }
}
