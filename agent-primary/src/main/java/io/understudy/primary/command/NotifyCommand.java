package io.understudy.primary.command;

import io.understudy.notify.NotifyOptions;
import io.understudy.primary.app.PrimaryWiring;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "notify",
        description = "Shows the channels by which people are notified, and whether they work; --test tries them.")
final class NotifyCommand extends PrimaryCommand {
    @Mixin
    private NotifyOptions options;

    @Override
    int run(PrimaryWiring agent) {
        return options.run(cli, agent.notifications());
    }
}
