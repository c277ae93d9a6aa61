package io.understudy.notify;

import io.understudy.cli.AgentProgram;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What {@code notify} does on both agents, and its options. */
public final class NotifyOptions {
    @Option(names = "--test", description = "Send one notice by each channel now, and say whether it was taken.")
    private boolean test;

    @Option(names = "--channel", paramLabel = "NAME", description = "Only this channel.")
    private String channel;

    /** @return the exit code: 0, or that of {@code NOTICE_REFUSED} when a channel did not take its test */
    public int run(AgentProgram cli, Notifications notifications) {
        Optional<String> only = Optional.ofNullable(channel);
        if (test) {
            TrialView result = notifications.test(only);
            cli.print(result, result::text);
            return result.exitCode();
        }
        ChannelsView channels = notifications.list(only);
        cli.print(channels, channels::text);
        return 0;
    }
}
