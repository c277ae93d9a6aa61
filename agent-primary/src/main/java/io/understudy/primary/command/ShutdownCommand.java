package io.understudy.primary.command;

import io.understudy.admin.AdminClient;
import io.understudy.cli.ProgressDisplay;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryCommands;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.Shutdown;
import io.understudy.primary.app.ShutdownView;
import io.understudy.primary.app.ShutdownWiring;
import io.understudy.progress.Progress;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import java.time.Duration;
import picocli.CommandLine.Command;

@Command(
        name = "shutdown",
        description = "Stops the site by its own command and takes a last snapshot within primary.shutdown.limit. For a"
                + " host that shuts down: understudy-shutdown.service calls it. Does nothing on a standby.")
final class ShutdownCommand extends PrimaryCommand {
    @Override
    boolean forAllSites() {
        return true;
    }

    /** Each has its own, {@code primary.shutdown.limit}. */
    @Override
    Duration limit() {
        return Duration.ofDays(1);
    }

    @Override
    int run(PrimaryWiring agent) {
        cli.say("stopping the site, and taking a last snapshot within "
                + agent.settings().primary().shutdown().limit().toSeconds() + " s");
        try (SnapshotCall snapshots = new SnapshotCall(agent, "shutdown");
                ProgressDisplay progress = cli.progress()) {
            ShutdownView[] done = new ShutdownView[1];
            Shutdown shutdown = ShutdownWiring.of(
                    agent.settings(),
                    agent.quiesce(),
                    () -> cancelSwitchover(agent),
                    request -> snapshots.take(request, progress));
            cli.interruptible(() -> done[0] = shutdown.run());
            cli.print(done[0], done[0]::text);
            return done[0].exitCode();
        }
    }

    private static void cancelSwitchover(PrimaryWiring agent) {
        AdminClient daemon = agent.access().client();
        if (!daemon.daemonRuns()) {
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "agent-primary run, which ends it, does not run",
                    "start it: it goes on or back after a crash");
        }
        daemon.call(
                PrimaryCommands.SWITCHOVER,
                new SwitchoverRequest("", SwitchoverRequest.LIMIT, What.CANCEL),
                Progress.none());
    }
}
