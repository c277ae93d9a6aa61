package io.understudy.primary.command;

import io.understudy.admin.AdminClient;
import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.primary.app.PrimaryCommands;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.StatusView;
import io.understudy.progress.Progress;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Shows role, epoch, newest snapshot and who follows.")
final class StatusCommand extends PrimaryCommand {
    @Override
    int run(PrimaryWiring agent) {
        AdminClient daemon = agent.access().client();
        StatusView view = daemon.daemonRuns()
                ? daemon.call(PrimaryCommands.STATUS, new Nothing(), Progress.none())
                : agent.status();
        cli.print(view, view::text);
        return 0;
    }
}
