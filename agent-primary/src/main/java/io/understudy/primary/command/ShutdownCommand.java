package io.understudy.primary.command;

import io.understudy.cli.ProgressDisplay;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.Shutdown;
import io.understudy.primary.app.ShutdownView;
import io.understudy.primary.app.ShutdownWiring;
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
            Shutdown shutdown =
                    ShutdownWiring.of(agent.settings(), agent.quiesce(), request -> snapshots.take(request, progress));
            cli.interruptible(() -> done[0] = shutdown.run());
            cli.print(done[0], done[0]::text);
            return done[0].exitCode();
        }
    }
}
