package io.understudy.primary.command;

import io.understudy.primary.app.Daemon;
import io.understudy.primary.app.PrimaryAgent;
import picocli.CommandLine.Command;

@Command(
        name = "run",
        description =
                "Runs the agent until it is stopped: snapshots on schedule, announcements, metrics. Idles in backup mode.")
final class RunCommand extends PrimaryCommand {
    @Override
    int run(PrimaryAgent agent) {
        Daemon daemon = agent.daemon(port -> {});
        cli.interruptible(daemon::run, daemon::stop);
        return 0;
    }
}
