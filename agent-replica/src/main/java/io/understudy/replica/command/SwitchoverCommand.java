package io.understudy.replica.command;

import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.SwitchoverWiring;
import io.understudy.switchover.SwitchoverOptions;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import io.understudy.transport.PlainText;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code switchover} of the standby. The primary's daemon does it, and goes on where this is stopped. */
@Command(
        name = "switchover",
        description =
                "Asks the primary to hand the site over to this standby without loss, as agent-primary switchover does there. The primary has to list this server in primary.switchover_by.")
final class SwitchoverCommand extends ReplicaCommand {
    private static final int LONGEST_LINE = 2000;

    @Mixin
    private SwitchoverOptions options;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        SwitchoverRequest request = options.request(settings.replica().name());
        require(settings, wiring, request);
        if (request.what() == What.BEGIN) {
            cli.confirm(
                    "Hand site " + settings.site()
                            + " over to this server? It is stopped on the primary, and starts here. Continue?",
                    options.yes());
        }
        try (ProgressDisplay progress = cli.progress()) {
            SwitchoverView done = SwitchoverWiring.requested(wiring).run(request, progress);
            cli.print(done, () -> plain(done.textOnStandby()));
            return done.exitCode();
        }
    }

    /** Another server wrote it, and a terminal shows it. */
    private static String plain(String text) {
        return text.lines().map(line -> PlainText.of(line, LONGEST_LINE)).collect(Collectors.joining("\n", "", "\n"));
    }

    private void require(Settings settings, ReplicaWiring wiring, SwitchoverRequest request) {
        wiring.marker().require();
        if (request.what() == What.BEGIN && !cli.daemonRuns(settings)) {
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "cannot take the site over: agent-replica run does not run on this server",
                    "start it: it applies the final snapshot and takes over");
        }
    }
}
