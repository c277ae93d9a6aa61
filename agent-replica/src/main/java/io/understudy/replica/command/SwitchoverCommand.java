package io.understudy.replica.command;

import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.SwitchoverWiring;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import io.understudy.transport.PlainText;
import java.time.Duration;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code switchover} of the standby. The primary's daemon does it, and goes on where this is stopped. */
@Command(
        name = "switchover",
        description =
                "Asks the primary to hand the site over to this standby without loss, as agent-primary switchover does there. The primary has to list this server in primary.switchover_by.")
final class SwitchoverCommand extends ReplicaCommand {
    private static final int LONGEST_LINE = 2000;

    @Option(names = "--plan", description = "Change nothing: show what stands in the way, and each step.")
    private boolean plan;

    @Option(names = "--cancel", description = "End the one to this standby: the site starts on the primary again.")
    private boolean cancel;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description =
                    "After so many seconds it goes back by itself, 10 to 3600; and so long this standby gets before it begins to load what is there. Default: ${DEFAULT-VALUE}")
    private int limit;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        SwitchoverRequest request = new SwitchoverRequest(
                settings.replica().name(),
                Duration.ofSeconds(limit),
                plan ? What.PLAN : cancel ? What.CANCEL : What.BEGIN);
        require(settings, wiring, request);
        if (request.what() == What.BEGIN) {
            cli.confirm(
                    "Hand site " + settings.site()
                            + " over to this server? It is stopped on the primary, and starts here. Continue?",
                    yes);
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
        if (plan && cancel) {
            throw new UnderstudyException(
                    ErrorCode.USAGE, "--plan and --cancel exclude each other", "give one of the two");
        }
        if (!request.hasLimit()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--limit must be from " + SwitchoverRequest.SHORTEST.toSeconds() + " to "
                            + SwitchoverRequest.LONGEST.toSeconds() + " s",
                    "it covers the stop of the site, the final snapshot and the standby's import");
        }
        wiring.marker().require();
        if (request.what() == What.BEGIN && !cli.daemonRuns(settings)) {
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "cannot take the site over: agent-replica run does not run on this server",
                    "start it: it applies the final snapshot and takes over");
        }
    }
}
