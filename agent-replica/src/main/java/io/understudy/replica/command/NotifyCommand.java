package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.notify.NotifyOptions;
import io.understudy.replica.app.ReplicaWiring;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "notify",
        description = "Shows the channels by which people are notified, and whether they work; --test tries them.")
final class NotifyCommand extends ReplicaCommand {
    @Mixin
    private NotifyOptions options;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        return options.run(cli, wiring.notifications());
    }
}
