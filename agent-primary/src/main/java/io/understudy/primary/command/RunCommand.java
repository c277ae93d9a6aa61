package io.understudy.primary.command;

import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.metrics.Monitoring;
import io.understudy.primary.app.Daemon;
import io.understudy.primary.app.PrimaryWiring;
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
        Settings settings = cli.settings();
        Monitoring monitoring = Monitoring.of(settings, "primary", AgentVersion.current());
        try (PrimaryWiring agent = PrimaryWiring.metered(settings, monitoring)) {
            Daemon daemon = agent.daemon(monitoring, port -> {});
            cli.interruptible(daemon::run, daemon::stop);
        }
    }
}
