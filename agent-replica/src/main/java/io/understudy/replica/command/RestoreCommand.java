package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaCommands.RestoreRequest;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.Synced;
import io.understudy.repository.SnapshotId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "restore",
        description = {
            "Imports the snapshot that is named, an older or a rejected one too.",
            "Newer ones that exist now are skipped; the next new one is imported again."
        })
final class RestoreCommand implements Runnable {
    @ParentCommand
    private ReplicaCli cli;

    @Parameters(paramLabel = "ID", description = "The snapshot, as agent-replica list shows it.")
    private String id;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    public void run() {
        SnapshotId snapshot = parse(id);
        Settings settings = cli.settings();
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            ReplicaCli.looking(wiring).demand(snapshot);
            cli.confirm("Replace what this standby serves by " + snapshot + "?", yes);
            Synced synced = cli.call(wiring, ReplicaCommands.RESTORE, new RestoreRequest(snapshot));
            cli.print(synced, synced::text);
        }
    }

    static SnapshotId parse(String id) {
        try {
            return SnapshotId.parse(id);
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find snapshot \"" + id + "\": this is not the name of a snapshot",
                    "name it as agent-replica list shows it: 00000001-00000042",
                    e);
        }
    }
}
