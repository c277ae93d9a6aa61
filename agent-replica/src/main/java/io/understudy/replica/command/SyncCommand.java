package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaCommands.SyncRequest;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.Synced;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "sync", description = "Imports the newest snapshot now, and exits.")
final class SyncCommand extends ReplicaCommand {
    @Option(names = "--retry-rejected", description = "Try a snapshot again that the site's health check rejected.")
    private boolean retryRejected;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        Synced synced = cli.call(wiring, ReplicaCommands.SYNC, new SyncRequest(retryRejected));
        cli.print(synced, synced::text);
        return 0;
    }
}
