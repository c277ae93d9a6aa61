package io.understudy.replica.command;

import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
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
            Synced synced;
            try (ProgressDisplay progress = cli.progress()) {
                synced = cli.work(settings, wiring).sync(retryRejected, progress);
            }
            cli.print(synced, synced::text);
        }
    }
}
