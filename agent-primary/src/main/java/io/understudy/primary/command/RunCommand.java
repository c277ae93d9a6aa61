package io.understudy.primary.command;

import io.understudy.cli.AgentVersion;
import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.config.SiteFolder;
import io.understudy.metrics.Monitoring;
import io.understudy.primary.app.Daemon;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.sites.Overview;
import io.understudy.sites.Sites;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "run",
        description =
                "Runs the agent until it is stopped: snapshots on schedule, announcements, metrics. Idles in backup mode.")
final class RunCommand implements Runnable {
    @ParentCommand
    private PrimaryCli cli;

    @Mixin
    private Overview overview;

    @Override
    public void run() {
        Optional<SiteFolder> several = cli.choice().all();
        Optional<HostPort> list = overview.address(several.isPresent());
        if (several.isPresent()) {
            Sites.run(several.get(), PrimarySite.ROLE, list);
        } else {
            one();
        }
    }

    private void one() {
        Settings settings = cli.settings();
        cli.choice().requireOwnPlaces(settings);
        Monitoring monitoring = Monitoring.of(settings, "primary", AgentVersion.current());
        try (PrimaryWiring agent = PrimaryWiring.metered(settings, monitoring)) {
            Daemon daemon = agent.daemon(monitoring, port -> {});
            cli.interruptible(daemon::run, daemon::stop);
        }
    }
}
