package io.understudy.replica.command;

import io.understudy.admin.AdminCall;
import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.config.Settings;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.StatusView;
import io.understudy.setup.BucketTrees;
import picocli.CommandLine.Command;

@Command(name = "status", description = "What this server is, what it serves, and what it does now.")
final class StatusCommand extends ReplicaCommand {
    @Override
    boolean forAllSites() {
        return true;
    }

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        StatusView status = status(settings, wiring);
        cli.print(status, () -> StatusText.of(status));
        BucketTrees.warnings(settings.trees()).forEach(warning -> cli.say("warning: " + warning));
        return 0;
    }

    /** A daemon that does not answer is no reason to say nothing: it is looked at from here. */
    private StatusView status(Settings settings, ReplicaWiring wiring) {
        boolean daemon = cli.daemonRuns(settings);
        if (daemon) {
            try {
                return wiring.access().client().call(ReplicaCommands.STATUS, new Nothing(), Progress.none());
            } catch (UnderstudyException e) {
                cli.say("warning: " + e.getMessage());
            }
        }
        StatusView seen =
                wiring.handlers(daemon).call(ReplicaCommands.STATUS, new Nothing(), AdminCall.here(Progress.none()));
        seen.filestore().error().ifPresent(why -> cli.say("warning: " + why));
        return seen;
    }
}
