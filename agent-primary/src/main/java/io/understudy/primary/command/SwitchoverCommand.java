package io.understudy.primary.command;

import io.understudy.admin.AdminClient;
import io.understudy.cli.ProgressDisplay;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryCommands;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code switchover}. The daemon does it, and goes on where the command is interrupted. */
@Command(
        name = "switchover",
        description =
                "Hands the site over to a standby without loss: stops it here, takes the final snapshot, and waits until the standby is the primary. This server becomes its standby. Goes back by itself where that does not end in time.")
final class SwitchoverCommand extends PrimaryCommand {
    @Parameters(arity = "0..1", paramLabel = "STANDBY", description = "The standby's name, as in agent-primary status.")
    private String standby;

    @Option(names = "--plan", description = "Change nothing: show what stands in the way, and each step.")
    private boolean plan;

    @Option(names = "--cancel", description = "End the switchover that is under way: the site starts here again.")
    private boolean cancel;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description =
                    "After so many seconds it goes back by itself, 10 to 3600; and so long the standby gets before it begins to load what is there. Default: ${DEFAULT-VALUE}")
    private int limit;

    @Override
    int run(PrimaryWiring agent) {
        SwitchoverRequest request = new SwitchoverRequest(
                Optional.ofNullable(standby).orElse(""),
                Duration.ofSeconds(limit),
                plan ? What.PLAN : cancel ? What.CANCEL : What.BEGIN);
        requireUsage(request);
        AdminClient daemon = agent.access().client();
        if (!daemon.daemonRuns()) {
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "cannot hand the site over: agent-primary run does not run on this server",
                    "start it: it takes the final snapshot, and goes on or back after a crash");
        }
        if (!plan && !cancel) {
            cli.confirm(
                    "Hand site " + agent.settings().site() + " over to " + standby
                            + "? It is stopped here, and starts there. Continue?",
                    yes);
        }
        try (ProgressDisplay progress = cli.progress()) {
            SwitchoverView done = daemon.call(PrimaryCommands.SWITCHOVER, request, progress);
            cli.print(done, done::text);
            return done.exitCode();
        }
    }

    private void requireUsage(SwitchoverRequest request) {
        if (cancel == (standby != null) || cancel && plan) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "switchover needs the name of a standby, or --cancel alone",
                    "agent-primary status lists the standbys: agent-primary switchover NAME --plan");
        }
        if (!request.hasLimit()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--limit must be from " + SwitchoverRequest.SHORTEST.toSeconds() + " to "
                            + SwitchoverRequest.LONGEST.toSeconds() + " s",
                    "it covers the stop of the site, the final snapshot and the standby's import");
        }
    }
}
