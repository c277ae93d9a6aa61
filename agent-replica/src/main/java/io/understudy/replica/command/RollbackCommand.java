package io.understudy.replica.command;

import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.config.Settings;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.Synced;
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
        cli.confirm("Return to the snapshot before the one that this standby serves?", yes);
        Synced synced = cli.call(wiring, ReplicaCommands.ROLLBACK, new Nothing());
        cli.print(
                synced,
                () -> synced.applied()
                        .map(snapshot -> "back to " + snapshot)
                        .orElse("back to the state before the first import"));
        return 0;
    }
}
