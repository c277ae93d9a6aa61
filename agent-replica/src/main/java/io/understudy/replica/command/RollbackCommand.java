package io.understudy.replica.command;

import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.config.Settings;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.Synced;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rollback",
        description = "Returns to the snapshot before the one that is live, which is not imported again by itself.")
final class RollbackCommand extends ReplicaCommand {
    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        ReplicaCli.looking(wiring).requireRollback();
        warning(settings).ifPresent(cli::say);
        cli.confirm("Return to the snapshot before the one that this standby serves?", yes);
        Synced synced = cli.call(wiring, ReplicaCommands.ROLLBACK, new Nothing());
        cli.print(
                synced,
                () -> synced.applied()
                        .map(snapshot -> "back to " + snapshot)
                        .orElse("back to the state before the first import"));
        return 0;
    }

    /** Of what an operator has to make again. */
    static Optional<String> warning(Settings settings) {
        boolean protects = !settings.replica().changes().rows().protect().isEmpty()
                || settings.databases().stream()
                        .anyMatch(each -> !each.rows().protect().isEmpty());
        return protects
                ? Optional.of("warning: the rows of protect will be those that this standby had when that snapshot was"
                        + " applied: what was changed in them since, as a new login or password, is to be made again"
                        + " afterwards")
                : Optional.empty();
    }
}
