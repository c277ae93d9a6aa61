package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.process.SystemCommandRunner;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.prepare.SiteRehearsal;
import io.understudy.setup.CheckReport;
import io.understudy.state.StateEntry;
import picocli.CommandLine.Command;

@Command(
        name = "rehearse-site",
        description =
                "Tries what the site has to do in backup mode: answer, let visitors read, refuse writes, run no jobs.")
final class RehearseSiteCommand extends ReplicaCommand {
    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        CheckReport report = new SiteRehearsal(
                        settings.failover().rehearse(),
                        settings.service().environment(),
                        settings.service().limit(),
                        wiring.marker(),
                        wiring.ports().site(),
                        new SystemCommandRunner(
                                StateEntry.COMMANDS.in(settings.state()),
                                wiring.ports().ticker()))
                .run();
        cli.print(report, report::text);
        return report.exitCode();
    }
}
