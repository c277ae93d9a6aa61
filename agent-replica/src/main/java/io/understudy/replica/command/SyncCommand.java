package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaCommands.SyncRequest;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.Synced;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(name = "sync", description = "Imports the newest snapshot now, and exits.")
final class SyncCommand implements Runnable {
    @ParentCommand
    private ReplicaCli cli;

    @Option(names = "--retry-rejected", description = "Try a snapshot again that the site's health check rejected.")
    private boolean retryRejected;

    @Override
    public void run() {
        Settings settings = cli.settings();
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            Synced synced = cli.call(wiring, ReplicaCommands.SYNC, new SyncRequest(retryRejected));
            cli.print(synced, synced::text);
        }
    }
}
