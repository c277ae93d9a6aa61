package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.replica.app.Decided;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaCommands.HoldRequest;
import io.understudy.replica.app.ReplicaWiring;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "accept",
        description = {
            "Lets a snapshot that is held become live; newer ones are compared with it.",
            "agent-replica status names what is held, and why."
        })
final class AcceptCommand extends ReplicaCommand {
    @Parameters(paramLabel = "ID", description = "The snapshot, as status shows it.")
    private String id;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        HoldRequest request = new HoldRequest(HeldName.of(id, wiring.holds().current()));
        Decided decided = cli.call(wiring, ReplicaCommands.ACCEPT, request);
        cli.print(decided, decided::text);
        return 0;
    }
}
