package io.understudy.primary.command;

import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.StatusView;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Shows role, epoch, newest snapshot and who follows.")
final class StatusCommand extends PrimaryCommand {
    @Override
    boolean forAllSites() {
        return true;
    }

    @Override
    int run(PrimaryWiring agent) {
        StatusView view = agent.status();
        cli.print(view, view::text);
        return 0;
    }
}
