package io.understudy.primary.command;

import io.understudy.admin.AdminClient;
import io.understudy.cli.ProgressDisplay;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryCommands;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.switchover.SwitchoverOptions;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code switchover}. The daemon does it, and goes on where the command is interrupted. */
@Command(
        name = "switchover",
        description =
                "Hands the site over to a standby without loss: stops it here, takes the final snapshot, and waits until the standby is the primary. This server becomes its standby. Goes back by itself where that does not end in time.")
final class SwitchoverCommand extends PrimaryCommand {
    @Parameters(arity = "0..1", paramLabel = "STANDBY", description = "The standby's name, as in agent-primary status.")
    private String standby;

    @Mixin
    private SwitchoverOptions options;

    @Override
    int run(PrimaryWiring agent) {
        SwitchoverRequest request = options.request(Optional.ofNullable(standby).orElse(""));
        requireUsage(request);
        AdminClient daemon = agent.access().client();
        if (!daemon.daemonRuns()) {
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "cannot hand the site over: agent-primary run does not run on this server",
                    "start it: it takes the final snapshot, and goes on or back after a crash");
        }
        if (request.what() == What.BEGIN) {
            cli.confirm(
                    "Hand site " + agent.settings().site() + " over to " + standby
                            + "? It is stopped here, and starts there. Continue?",
                    options.yes());
        }
        try (ProgressDisplay progress = cli.progress()) {
            SwitchoverView done = daemon.call(PrimaryCommands.SWITCHOVER, request, progress);
            cli.print(done, done::text);
            return done.exitCode();
        }
    }

    private void requireUsage(SwitchoverRequest request) {
        if ((request.what() == What.CANCEL) == (standby != null)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "switchover needs the name of a standby, or --cancel alone",
                    "agent-primary status lists the standbys: agent-primary switchover NAME --plan");
        }
    }
}
