package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.notify.ChannelsView;
import io.understudy.notify.TrialView;
import io.understudy.replica.app.ReplicaWiring;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "notify",
        description = "Shows the channels by which people are notified, and whether they work; --test tries them.")
final class NotifyCommand extends ReplicaCommand {
    @Option(names = "--test", description = "Send one notice by each channel now, and say whether it was taken.")
    private boolean test;

    @Option(names = "--channel", paramLabel = "NAME", description = "Only this channel.")
    private String channel;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        if (test) {
            TrialView result = wiring.notifications().test(Optional.ofNullable(channel));
            cli.print(result, result::text);
            return result.exitCode();
        }
        ChannelsView channels = wiring.notifications().list(Optional.ofNullable(channel));
        cli.print(channels, channels::text);
        return 0;
    }
}
