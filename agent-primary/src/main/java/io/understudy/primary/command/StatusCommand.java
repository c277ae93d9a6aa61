package io.understudy.primary.command;

import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.StatusView;
import io.understudy.setup.BucketTrees;
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
        BucketTrees.warnings(agent.settings().trees()).forEach(warning -> cli.say("warning: " + warning));
        return 0;
    }
}
